package certificate

import (
	"fmt"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

func needs(r *diagnose.Route) []diagnose.Need {
	ns := r.Held().Namespace
	if unjudged(r) {
		return []diagnose.Need{{Part: r.Part(), Where: r.Ingress.Namespace}}
	}
	return []diagnose.Need{
		{Part: r.Part(), Where: r.Ingress.Namespace},
		{Part: facts.Secrets, Where: ns},
		{Part: facts.ClusterIssuers, Where: ""},
		{Part: facts.Issuers, Where: ns},
		{Part: facts.Certificates, Where: ns},
		{Part: facts.CertificateRequests, Where: ns},
		{Part: facts.Orders, Where: ns},
		{Part: facts.Challenges, Where: ns},
		{Part: facts.Deployments, Where: r.Index.CertManager.Space()},
		{Part: facts.Probes, Where: r.Host},
	}
}

// works looks at the certificate itself and at what is served: Ready=True says nothing of either (it is not judged
// again when the certificate runs out).
func works(r *diagnose.Route) (diagnose.State, string) {
	if r.Source == nil {
		return diagnose.Broken, "no route has the host"
	}
	if unjudged(r) {
		return diagnose.Clear, r.Source.String() + ": its certificate is not the ingress controller's"
	}
	served, held := r.Shown(), leaf(r)
	switch {
	case r.Brought() && (served == nil || !served.Verified):
		if rep := noHandshake(r); rep != nil {
			return diagnose.Unknown, diagnose.Probed(rep).Text
		}
		if served != nil && len(served.Chain) > 0 {
			return diagnose.Broken, "the certificate that is served does not verify: " + served.VerifyError
		}
		return diagnose.Unknown, "no server presented a certificate for " + r.Host
	case r.Brought():
		return diagnose.Clear, fmt.Sprintf(
			"served by %s until %s; no issuer is named",
			served.Chain[0].Issuer,
			diagnose.Stamp(served.Chain[0].NotAfter),
		)
	case len(r.Source.TLS) == 0 && r.Foreign:
		return diagnose.Clear, r.Source.String() + ": requests no certificate"
	}
	if r.Block == nil && !r.HasTLSElsewhere() {
		return diagnose.Broken, r.Source.String() + ": requests no certificate for " + r.Host
	}
	if r.Block != nil && r.Index.Looked(facts.Secrets, r.Held().Namespace) {
		name := diagnose.Object("Secret", r.Held().Namespace, r.Block.Secret)
		switch {
		case held == nil:
			return diagnose.Broken, name + ": contains no certificate"
		case !slices.ContainsFunc(held.Names, func(n string) bool { return edge.Covers(n, r.Host) }):
			return diagnose.Broken, fmt.Sprintf("%s: its certificate is for %s", name, diagnose.List(held.Names))
		case !held.NotAfter.After(r.Index.Snapshot.Time):
			return diagnose.Broken, fmt.Sprintf(
				"%s: its certificate expired at %s",
				name,
				diagnose.Stamp(held.NotAfter),
			)
		}
	}
	switch {
	case served == nil || len(served.Chain) == 0:
		if held == nil {
			return diagnose.Unknown, "no server presented a certificate for " + r.Host
		}
		if rep := noHandshake(r); rep != nil {
			return diagnose.Unknown, diagnose.Probed(rep).Text
		}
		return diagnose.Clear, fmt.Sprintf(
			"%s contains one until %s",
			diagnose.Object("Secret", r.Secret.Namespace, r.Secret.Name),
			diagnose.Stamp(held.NotAfter),
		)
	case served.Verified:
		return diagnose.Clear, fmt.Sprintf(
			"served by %s until %s",
			served.Chain[0].Issuer,
			diagnose.Stamp(served.Chain[0].NotAfter),
		)
	case held != nil && served.Chain[0].SHA256 != held.SHA256:
		// What the ingress controller makes of the Secret is for the routing layer.
		return diagnose.Clear, fmt.Sprintf(
			"%s contains one until %s, and another one is served",
			diagnose.Object("Secret", r.Secret.Namespace, r.Secret.Name),
			diagnose.Stamp(held.NotAfter),
		)
	default:
		return diagnose.Broken, "the certificate that is served does not verify: " + served.VerifyError
	}
}

// noHandshake is a probe that failed in the handshake before it was shown a certificate, nil for none.
func noHandshake(r *diagnose.Route) *probe.Report {
	for _, rep := range []*probe.Report{r.RawIP, r.HTTPS} {
		if rep != nil && rep.Failed == probe.StepTLS && (rep.TLS == nil || len(rep.TLS.Chain) == 0) {
			return rep
		}
	}
	return nil
}
