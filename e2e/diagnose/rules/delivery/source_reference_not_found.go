package delivery

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const sourceReferenceCode diagnose.Code = "source-reference-not-found"

func sourceReference() kind {
	return kind{
		code:     sourceReferenceCode,
		meaning:  "the branch, tag, version or digest that a source names does not exist",
		evidence: "a source is not ready, and its message says that the reference is not found",
		remedy:   "name one that exists in spec.ref",
		problem:  "names a reference that its repository does not have",
		is: func(s flux.Stop) bool {
			return source(s) && s.Kind != flux.HelmChart && has(s.Message, "couldn't find remote ref", "reference not found",
				"no match found for semver", "MANIFEST_UNKNOWN", "NAME_UNKNOWN", "manifest unknown", "unable to find remote",
				"not found in the remote", "failed to resolve commit object")
		},
		advise: inGit("name an existing branch, tag or version in spec.ref,"),
	}
}
