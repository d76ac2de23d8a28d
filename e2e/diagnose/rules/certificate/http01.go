package certificate

import (
	"fmt"
	"slices"
	"strings"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// overHTTP reports whether the issuance waits for the proof by HTTP-01, which the CA fetches from the host itself.
func overHTTP(r *diagnose.Route) bool {
	return r.Challenge != nil && r.Challenge.Spec.Type == acme.ACMEChallengeTypeHTTP01 &&
		r.Challenge.DeletionTimestamp == nil && cm.Unsettled(r.Certificate)
}

// selfCheck is what cert-manager met when it fetched the proof itself, "" when that is not what it waits for.
func selfCheck(r *diagnose.Route) string {
	if !overHTTP(r) || !r.Challenge.Status.Presented {
		return ""
	}
	_, text, _ := strings.Cut(r.Challenge.Status.Reason, "Waiting for HTTP-01 challenge propagation: ")
	return text
}

// proof is what a client on the internet met at the URL of the challenge, after redirects; nil when it is not known.
func proof(r *diagnose.Route) *probe.Report {
	rep := r.Index.Snapshot.Probes[r.Host].Proof
	if rep != nil && len(rep.Redirects) > 0 {
		return &rep.Redirects[len(rep.Redirects)-1]
	}
	return rep
}

// proved reports whether the internet sees the proof.
func proved(r *diagnose.Route) bool {
	rep := proof(r)
	return rep != nil && rep.HTTP != nil && rep.HTTP.Status == 200 &&
		strings.Contains(rep.HTTP.Body, r.Challenge.Spec.Key)
}

// solverIngress is the one that cert-manager made for the challenge, nil for none.
func solverIngress(r *diagnose.Route) *networking.Ingress {
	for i := range r.Index.Snapshot.Ingresses {
		in := &r.Index.Snapshot.Ingresses[i]
		if in.Namespace == r.Challenge.Namespace && owns(r.Challenge, in) {
			return in
		}
	}
	return nil
}

func owns(c *acme.Challenge, in *networking.Ingress) bool {
	for _, o := range in.OwnerReferences {
		if o.Kind == "Challenge" && o.Name == c.Name {
			return true
		}
	}
	return false
}

// metAtProof is the evidence of an HTTP-01 challenge: what cert-manager says and what the internet sees.
func metAtProof(r *diagnose.Route) []diagnose.Evidence {
	out := []diagnose.Evidence{diagnose.Fact(challengeName(r.Challenge), "%s", r.Challenge.Status.Reason)}
	if first := r.Index.Snapshot.Probes[r.Host].Proof; first != nil {
		out = append(out, diagnose.Probed(first))
		for i := range first.Redirects {
			out = append(out, diagnose.Probed(&first.Redirects[i]))
		}
	}
	if in := solverIngress(r); in != nil {
		class := in.Annotations["kubernetes.io/ingress.class"]
		if in.Spec.IngressClassName != nil {
			class = *in.Spec.IngressClassName
		}
		out = append(out, diagnose.Fact(diagnose.Object("Ingress", in.Namespace, in.Name),
			"the solver's, of class %q", class))
	}
	return out
}

// look is the remedy that shows the proof as a CA meets it.
func look(r *diagnose.Route, text string) diagnose.Remedy {
	return diagnose.Remedy{
		Text:    text,
		Command: fmt.Sprintf("curl -iL http://%s/.well-known/acme-challenge/%s", r.Host, r.Challenge.Spec.Token),
	}
}

// otherwise reports whether the route itself explains that the proof is not seen: its name or its path is broken.
func otherwise(r *diagnose.Route) bool {
	return slices.ContainsFunc([]diagnose.Layer{diagnose.Routing, diagnose.DNS}, r.Broken)
}
