package diagnose

import (
	"slices"
	"strings"

	admission "k8s.io/api/admissionregistration/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// issuance is what the rules of the certificate layer need of the whole snapshot, read once.
type issuance struct {
	working    int             // challenges that cert-manager works on
	apart      map[string]bool // zones that the cluster's DNS treats apart
	unsigned   string          // a configuration of cert-manager's webhook without a CA, "" for none
	failedCall *facts.Line     // the newest line in which cert-manager tells that its webhook could not be called
}

func newIssuance(x *index) issuance {
	out := issuance{apart: serverBlocks(x.s.ClusterDNS)}
	for i := range x.s.Challenges {
		if x.s.Challenges[i].Status.Processing {
			out.working++
		}
	}
	for i := range x.manager.log {
		if l := &x.manager.log[i]; ofWebhook(l.Message) || ofWebhook(l.Fields["error"]) || ofWebhook(l.Fields["err"]) {
			out.failedCall = l
		}
	}
	for i := range x.s.ValidatingWebhooks {
		c := &x.s.ValidatingWebhooks[i]
		if slices.ContainsFunc(c.Webhooks, func(w admission.ValidatingWebhook) bool { return blank(w.Name, w.ClientConfig) }) {
			out.unsigned = "ValidatingWebhookConfiguration " + c.Name
		}
	}
	for i := range x.s.MutatingWebhooks {
		c := &x.s.MutatingWebhooks[i]
		if slices.ContainsFunc(c.Webhooks, func(w admission.MutatingWebhook) bool { return blank(w.Name, w.ClientConfig) }) {
			out.unsigned = "MutatingWebhookConfiguration " + c.Name
		}
	}
	return out
}

// blank reports whether a webhook is cert-manager's, and nobody has told the API server its CA.
func blank(name string, config admission.WebhookClientConfig) bool {
	return strings.HasSuffix(name, "cert-manager.io") && len(config.CABundle) == 0
}

// serverBlocks are the zones that a Corefile has server blocks for, the root left out: "example.com:53 dns://internal {".
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
