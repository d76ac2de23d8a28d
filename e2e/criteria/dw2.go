package criteria

import "github.com/edgeproof/edgeproof/e2e/facts"

func dw2() Criterion {
	return Criterion{
		ID: IssuersReady, Text: "the staging and the production ClusterIssuer are ready",
		Check: issuersReady, Needs: []facts.Part{facts.ClusterIssuers}, Waits: ForIssuers, Shown: ByIssuers,
	}
}
