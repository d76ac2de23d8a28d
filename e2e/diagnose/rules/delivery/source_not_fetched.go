package delivery

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const sourceNotFetchedCode diagnose.Code = "source-not-fetched"

func sourceNotFetched() kind {
	return kind{
		code:     sourceNotFetchedCode,
		meaning:  "a source is not fetched, so that nothing new in Git, or in the registry, arrives",
		evidence: "a GitRepository, OCIRepository, Bucket, HelmRepository or HelmChart is not ready",
		remedy:   "make its address reachable from source-controller",
		problem:  "is not fetched",
		is:       func(s flux.Stop) bool { return source(s) },
		advise: func(s flux.Stop) diagnose.Remedy {
			return diagnose.Remedy{
				Text: "make " + s.URL + " reachable from source-controller, or correct spec.url, then request a " +
					"reconciliation",
				Command: reconcile(s.Ref),
			}
		},
	}
}
