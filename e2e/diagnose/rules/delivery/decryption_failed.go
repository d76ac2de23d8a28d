package delivery

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const decryptionFailedCode diagnose.Code = "decryption-failed"

func decryptionFailed() kind {
	return kind{
		code:     decryptionFailedCode,
		meaning:  "a Secret in Git is encrypted, and kustomize-controller has no key that decrypts it",
		evidence: "the message of a Kustomization reports decryption, SOPS or a key",
		remedy:   "store the key in the Secret that spec.decryption names",
		problem:  "cannot decrypt its Secrets",
		is: func(s flux.Stop) bool {
			return s.Kind == flux.Kustomization && has(s.Message, "decrypt", "SOPS", "sops")
		},
		advise: func(s flux.Stop) diagnose.Remedy {
			return diagnose.Remedy{
				Text:    "store the key in the Secret that spec.decryption.secretRef names, then request a reconciliation",
				Command: reconcile(s.Ref),
			}
		},
	}
}
