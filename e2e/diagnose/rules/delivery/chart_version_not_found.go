package delivery

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const chartMissingCode diagnose.Code = "chart-version-not-found"

func chartMissing() kind {
	return kind{
		code:    chartMissingCode,
		meaning: "the repository has no such chart, or not in this version",
		evidence: "a HelmChart is not ready with the reason InvalidChartReference or a message that no such version " +
			"or chart is found",
		remedy:  "name a version that the repository has",
		problem: "asks for a chart that its repository does not have",
		is: func(s flux.Stop) bool {
			return s.Kind == flux.HelmChart && (s.Reason == "InvalidChartReference" || has(s.Message, "no chart version found",
				"no chart name found", "could not find", "not found", "unknown"))
		},
		advise: func(s flux.Stop) diagnose.Remedy {
			return diagnose.Remedy{
				Text: fmt.Sprintf("name a version of chart %s that the repository has in Git, then request a "+
					"reconciliation", s.Chart),
				Command: reconcile(s.Ref),
			}
		},
	}
}
