package criteria

import (
	"slices"
	"strings"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"

	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func clusterIssuer(s *facts.Snapshot, name string) (*certmanager.ClusterIssuer, bool) {
	for i := range s.ClusterIssuers {
		if s.ClusterIssuers[i].Name == name {
			return &s.ClusterIssuers[i], true
		}
	}
	return nil, false
}

// server is the ACME directory of an issuer, "" for an issuer of another kind.
func server(i *certmanager.ClusterIssuer) string {
	if i.Spec.ACME == nil {
		return ""
	}
	return i.Spec.ACME.Server
}

// missing says that an issuer is not there, and what is there in its place. Issuers of one bundle arrive
// together, so one under another name will not get the expected name by waiting.
func missing(j *judge.Judgement, s *facts.Snapshot, want judge.Issuer) {
	var same, other []string
	for i := range s.ClusterIssuers {
		found := &s.ClusterIssuers[i]
		if server(found) == want.Server {
			same = append(same, found.Name)
		} else {
			other = append(other, found.Name)
		}
	}
	slices.Sort(other)
	switch {
	case len(same) > 0:
		j.Never("ClusterIssuer %s: not found; the bundle has %s for %s", want.Name, strings.Join(same, ", "), want.Server)
	case len(other) > 0:
		j.Lacks("ClusterIssuer %s: not found; the cluster has %s", want.Name, strings.Join(other, ", "))
	default:
		j.Lacks("ClusterIssuer %s: not found; the cluster has none", want.Name)
	}
}

// issuersReady judges that both issuers are ready.
func issuersReady(v View) judge.Judgement {
	var j judge.Judgement
	s := v.Facts
	for _, want := range v.Target.Issuers() {
		found, ok := clusterIssuer(s, want.Name)
		if !ok {
			missing(&j, s, want)
			continue
		}
		ready := cm.IssuerReady(&found.Status)
		switch {
		case ready == nil:
			j.Lacks("ClusterIssuer %s: has no condition Ready yet: is cert-manager running?", want.Name)
		case ready.ObservedGeneration != found.Generation:
			j.Lacks("ClusterIssuer %s: cert-manager has seen generation %d of %d", want.Name, ready.ObservedGeneration,
				found.Generation)
		case ready.Status != cmmeta.ConditionTrue:
			j.Lacks("ClusterIssuer %s: Ready=%s, %s: %s", want.Name, ready.Status, ready.Reason, ready.Message)
		default:
			j.Saw("ClusterIssuer %s: Ready, %s", want.Name, ready.Reason)
		}
	}
	return j
}
