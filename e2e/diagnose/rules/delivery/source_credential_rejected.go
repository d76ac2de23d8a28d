package delivery

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const sourceCredentialCode diagnose.Code = "source-credential-rejected" //nolint:gosec // the name of a code

func sourceCredential() kind {
	return kind{
		code:     sourceCredentialCode,
		meaning:  "the Git host or registry rejects the credential of a source, or a source has none where one is needed",
		evidence: "a source is not ready, and its message reports authentication, authorization or a host key",
		remedy:   "store a valid credential in the Secret that the source names",
		problem:  "is rejected by its host",
		is: func(s flux.Stop) bool {
			return source(s) && (s.Reason == "AuthenticationFailed" || has(s.Message, "authentication "+
				"required", "authorization failed",
				"unable to authenticate", "invalid credentials", "401", "403", "UNAUTHORIZED", "DENIED", "handshake failed",
				"knownhosts", "host key", "get secret", "auth strategy"))
		},
		advise: func(s flux.Stop) diagnose.Remedy {
			return diagnose.Remedy{
				Text:    "store a valid credential in the Secret that spec.secretRef names, then request a reconciliation",
				Command: reconcile(s.Ref),
			}
		},
	}
}
