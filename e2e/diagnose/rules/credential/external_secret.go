package credential

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// maker is the ExternalSecret that is to make a Secret, nil for none.
func maker(r *diagnose.Route, u diagnose.Use) *facts.Extension {
	for _, e := range r.Index.ExtensionsOf("ExternalSecret") {
		name := diagnose.Field(e, "target", "name")
		if name == "" {
			name = e.Name
		}
		if e.Namespace == u.Namespace && name == u.Secret {
			return e
		}
	}
	return nil
}

// unmade says why an ExternalSecret has not made its Secret, and what to do: by its own condition, and by that of its
// store.
func unmade(r *diagnose.Route, e *facts.Extension) (why string, remedy diagnose.Remedy, evidence []diagnose.Evidence) {
	why = e.String() + " is to make it and has not"
	remedy = diagnose.Remedy{
		Text:    "correct the ExternalSecret, not the Secret: it makes it",
		Command: fmt.Sprintf("kubectl -n %s describe externalsecret %s", e.Namespace, e.Name),
	}
	seen, failed := diagnose.NotReady(e)
	if failed {
		why, evidence = why+": "+seen.Text, append(evidence, seen)
	} else {
		evidence = append(evidence, diagnose.Fact(e.String(), "no condition says why"))
	}
	kind, name := diagnose.Field(e, "secretStoreRef", "kind"), diagnose.Field(e, "secretStoreRef", "name")
	namespace := e.Namespace
	switch kind {
	case "ClusterSecretStore":
		namespace = ""
	case "":
		kind = "SecretStore"
	}
	store := r.Index.Extension(kind, namespace, name)
	if store == nil {
		if name != "" && r.Index.Looked(facts.Extensions, "secretstores.external-secrets.io") {
			evidence = append(evidence, diagnose.Fact(diagnose.Object(kind, namespace, name), "not found"))
		}
		return why, remedy, evidence
	}
	if seen, failed := diagnose.NotReady(store); failed {
		why += "; " + store.String() + " is not ready"
		evidence = append(evidence, seen)
		remedy.Text = "correct " + store.String() + ", which the ExternalSecret reads from"
	}
	return why, remedy, evidence
}

// used reports whether a Secret elsewhere is somebody's own credential: then it lies where it belongs.
func used(r *diagnose.Route, other *facts.Secret) bool {
	for _, refs := range r.Index.CredentialRefs {
		for _, ref := range refs {
			if ref.Namespace == other.Namespace && ref.Secret == other.Name {
				return true
			}
		}
	}
	return false
}
