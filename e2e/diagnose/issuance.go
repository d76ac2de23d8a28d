package diagnose

import (
	"slices"
	"strings"

	admission "k8s.io/api/admissionregistration/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Failing is how the API server says that it could not call an admission webhook.
const Failing = "failed calling webhook"

// OfWebhook reports whether a text tells that cert-manager's webhook could not be called.
func OfWebhook(text string) bool {
	return strings.Contains(text, Failing) && strings.Contains(text, "cert-manager")
}

// issuance is what the rules of the certificate layer need of the whole snapshot, read once.
type issuance struct {
	Processing        int             // challenges that cert-manager works on
	ServerBlocks      map[string]bool // zones that the cluster's DNS treats apart
	UnsignedWebhook   string          // a configuration of cert-manager's webhook without a CA, "" for none
	FailedWebhookCall *facts.Line     // the newest line in which cert-manager tells that its webhook could not be called
}

func newIssuance(x *Index) issuance {
	out := issuance{ServerBlocks: serverBlocks(x.Snapshot.ClusterDNS)}
	for i := range x.Snapshot.Challenges {
		if x.Snapshot.Challenges[i].Status.Processing {
			out.Processing++
		}
	}
	for i := range x.CertManager.Log {
		if l := &x.CertManager.Log[i]; OfWebhook(l.Message) || OfWebhook(l.Fields["error"]) ||
			OfWebhook(l.Fields["err"]) {
			out.FailedWebhookCall = l
		}
	}
	for i := range x.Snapshot.ValidatingWebhooks {
		c := &x.Snapshot.ValidatingWebhooks[i]
		if slices.ContainsFunc(
			c.Webhooks,
			func(w admission.ValidatingWebhook) bool { return blank(w.Name, w.ClientConfig) },
		) {
			out.UnsignedWebhook = "ValidatingWebhookConfiguration " + c.Name
		}
	}
	for i := range x.Snapshot.MutatingWebhooks {
		c := &x.Snapshot.MutatingWebhooks[i]
		if slices.ContainsFunc(
			c.Webhooks,
			func(w admission.MutatingWebhook) bool { return blank(w.Name, w.ClientConfig) },
		) {
			out.UnsignedWebhook = "MutatingWebhookConfiguration " + c.Name
		}
	}
	return out
}

// blank reports whether a webhook is cert-manager's and has an empty caBundle.
func blank(name string, config admission.WebhookClientConfig) bool {
	return strings.HasSuffix(name, "cert-manager.io") && len(config.CABundle) == 0
}

// serverBlocks are the zones that a Corefile has server blocks for, the root left out: "example.com:53 dns://internal
// {".
func serverBlocks(corefile string) map[string]bool {
	out, depth := map[string]bool{}, 0
	for line := range strings.Lines(corefile) {
		if line, _, _ = strings.Cut(line, "#"); depth == 0 {
			for _, word := range strings.Fields(strings.ReplaceAll(line, ",", " ")) {
				if _, rest, ok := strings.Cut(word, "://"); ok {
					word = rest
				}
				zone, _, _ := strings.Cut(word, ":")
				if zone = strings.ToLower(strings.TrimSuffix(zone, ".")); zone != "" && zone != "{" {
					out[zone] = true
				}
			}
		}
		depth += strings.Count(line, "{") - strings.Count(line, "}")
	}
	return out
}
