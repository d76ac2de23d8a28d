package certificate

import (
	"fmt"
	"iter"
	"maps"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const defaultServed diagnose.Code = "default-certificate-served"

func defaultServedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: defaultServed,
		Meaning: "the IngressRoute names no Secret, and no certificate of Traefik's default store is for the host, so " +
			"Traefik " +
			"serves its own or another one",
		Evidence: "tls without secretName and certResolver; TLSStore default, and the Secrets that it names; what is " +
			"served does " +
			"not verify",
		Remedy: "name a Secret in tls.secretName, or give the TLSStore a certificate that covers the host",
		Kinds:  []string{edge.IngressRoute},
		Find:   findDefaultServed,
	}}
}

func findDefaultServed(r *diagnose.Route) []diagnose.Finding {
	o := r.Index.IngressRoutes[r.Source.Source]
	served := r.Shown()
	if o == nil || r.Block != nil || r.Blocker(diagnose.Certificate) != "" ||
		served == nil || len(served.Chain) == 0 || served.Verified ||
		o.Spec.TLS != nil && (o.Spec.TLS.CertResolver != "" || o.Spec.TLS.Passthrough) {
		return nil
	}
	evidence := []diagnose.Evidence{
		diagnose.Fact(r.Source.String(), "no tls.secretName"),
		diagnose.Fact("handshake "+r.Host, "certificate of %s", served.Chain[0].Subject),
	}
	object, why := r.Source.String(), "no TLSStore default has one"
	for i := range r.Index.Snapshot.Extensions {
		store := &r.Index.Snapshot.Extensions[i]
		if store.Kind != "TLSStore" || store.Name != "default" {
			continue
		}
		object, why = store.String(), "no certificate of "+store.String()+" is for it"
		for _, name := range stored(store) {
			secret := r.Index.Secrets[r.Source.SecretName(&edge.TLS{Namespace: store.Namespace, Secret: name})]
			switch text := diagnose.Object("Secret", store.Namespace, name); {
			case secret == nil:
				why = text + " of " + store.String() + " does not exist"
				evidence = append(evidence, diagnose.Fact(text, "not found"))
			case len(secret.Certificates) > 0:
				evidence = append(evidence, diagnose.Fact(text, "certificate for %s", diagnose.List(secret.Certificates[0].Names)))
			}
		}
	}
	own := "another certificate"
	if strings.Contains(served.Chain[0].Subject, traefik.DefaultSubject) {
		own = "Traefik's own certificate"
	}
	return diagnose.One(
		object,
		fmt.Sprintf("%s names no Secret and %s, so %s is served for %s", r.Source, why, own, r.Host),
		diagnose.Remedy{
			Text: "name a Secret in tls.secretName of the IngressRoute, with a Certificate that fills it; or give the " +
				"TLSStore a " +
				"certificate that covers the host",
		},
		evidence...)
}

// stored are the Secrets that a TLSStore names.
func stored(store *facts.Extension) []string {
	var out []string
	name := func(of any) {
		if entry, ok := of.(map[string]any); ok {
			if text, ok := entry["secretName"].(string); ok && text != "" {
				out = append(out, text)
			}
		}
	}
	name(store.Spec["defaultCertificate"])
	list, _ := store.Spec["certificates"].([]any)
	for _, entry := range list {
		name(entry)
	}
	return out
}

func keysOf(m map[string]string) iter.Seq[string] { return maps.Keys(m) }
