package criteria

import "github.com/edgeproof/edgeproof/e2e/facts"

func wf4() Criterion {
	return Criterion{
		ID: "WF-4", Text: "both ClusterIssuers are ready",
		Check: issuersReady, Needs: []facts.Part{facts.ClusterIssuers}, Waits: ForIssuers, Shown: ByIssuers,
		TooEarly: "A certificate asked of an issuer that is not ready waits as IssuerNotReady, and its request may fail " +
			"and be retried only after an hour.",
	}
}
