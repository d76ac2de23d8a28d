package judge

import (
	"slices"
	"strings"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"

	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/facts"
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
func missing(j *Judgement, s *facts.Snapshot, want Issuer) {
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
		j.never("ClusterIssuer %s: not found; the bundle has %s for %s", want.Name, strings.Join(same, ", "), want.Server)
	case len(other) > 0:
		j.lacks("ClusterIssuer %s: not found; the cluster has %s", want.Name, strings.Join(other, ", "))
	default:
		j.lacks("ClusterIssuer %s: not found; the cluster has none", want.Name)
	}
}

// issuersExist judges BL-3: both, by name and by directory.
func issuersExist(s *facts.Snapshot, t Target) Judgement {
	var j Judgement
	for _, want := range t.issuers() {
		found, ok := clusterIssuer(s, want.Name)
		switch {
		case !ok:
			missing(&j, s, want)
		case found.Spec.ACME == nil:
			j.never("ClusterIssuer %s: is no ACME issuer; it must name %s", want.Name, want.Server)
		case server(found) != want.Server:
			j.never("ClusterIssuer %s: names the ACME server %s; it must be %s", want.Name, server(found), want.Server)
		default:
			j.saw("ClusterIssuer %s: %s", want.Name, want.Server)
		}
	}
	return j
}

// issuersReady judges DW-2 and WF-4.
func issuersReady(s *facts.Snapshot, t Target) Judgement {
	var j Judgement
	for _, want := range t.issuers() {
		found, ok := clusterIssuer(s, want.Name)
		if !ok {
			missing(&j, s, want)
			continue
		}
		ready := cm.IssuerReady(&found.Status)
		switch {
		case ready == nil:
			j.lacks("ClusterIssuer %s: has no condition Ready yet: is cert-manager running?", want.Name)
		case ready.ObservedGeneration != found.Generation:
			j.lacks("ClusterIssuer %s: cert-manager has seen generation %d of %d", want.Name, ready.ObservedGeneration,
				found.Generation)
		case ready.Status != cmmeta.ConditionTrue:
			j.lacks("ClusterIssuer %s: Ready=%s, %s: %s", want.Name, ready.Status, ready.Reason, ready.Message)
		default:
			j.saw("ClusterIssuer %s: Ready, %s", want.Name, ready.Reason)
		}
	}
	return j
}
