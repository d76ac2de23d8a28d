package routing

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const starves diagnose.Code = "traefik-secret-missing-starves"

func starvesRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: starves,
		Meaning: "Traefik stops at the first TLS block whose Secret is missing, and does not load the certificates of " +
			"later ones",
		Evidence: "an earlier TLS block names a Secret that does not exist, and the host's own Secret is good; while a " +
			"first certificate is issued, the log line alone is normal",
		Remedy: "correct the certificate of the other host, or remove its TLS block until the certificate exists",
		Find:   ofTraefik(findStarved),
	}, {
		Code: starves,
		Kind: diagnose.Note,
		Find: ofTraefik(findAwaited),
	}}
}

// findStarved finds a host that gets Traefik's own certificate because of another: Traefik stops at the first TLS
// block whose Secret is missing, and does not load those behind it.
func findStarved(r *diagnose.Route) []diagnose.Finding {
	if r.Block == nil || r.Secret == nil || len(r.Secret.Certificates) == 0 ||
		!r.Index.Looked(facts.Secrets, r.Ingress.Namespace) {
		return nil
	}
	if h := r.Shown(); h != nil && h.Verified {
		return nil
	}
	for i := range r.Source.TLS {
		block := &r.Source.TLS[i]
		if block == r.Block {
			return nil
		}
		if block.Secret == "" || r.Index.Secrets[r.Named(block.Secret)] != nil {
			continue
		}
		missing := diagnose.Object("Secret", r.Ingress.Namespace, block.Secret)
		return diagnose.One(
			missing,
			fmt.Sprintf(
				"Traefik stops at TLS block %d of the Ingress, whose Secret is missing, and does not load the one of %s",
				i+1,
				r.Host,
			),
			diagnose.Remedy{
				Text: "find out why the certificate of " + diagnose.List(
					block.Hosts,
				) + " does not exist; or remove its TLS block until it does",
			},
			diagnose.Fact(
				r.Source.String(),
				"TLS block %d names %s, not found",
				i+1,
				missing,
			),
			diagnose.Fact(
				diagnose.Object("Secret", r.Ingress.Namespace, r.Secret.Name),
				"has a certificate for %s",
				r.Host,
			),
		)
	}
	return nil
}

// findAwaited notes that Traefik complains of a Secret that is still to come: that is how it is while a first
// certificate is issued.
func findAwaited(r *diagnose.Route) []diagnose.Finding {
	if r.Block == nil || r.Secret != nil || !r.Index.Looked(facts.Secrets, r.Ingress.Namespace) {
		return nil
	}
	text := r.Ingress.Namespace + "/" + r.Block.Secret + " does not exist"
	for i := len(r.Traefik.Log) - 1; i >= 0; i-- {
		if l := r.Traefik.Log[i]; strings.Contains(l.Message, text) ||
			strings.Contains(l.Fields["error"], text) {
			return diagnose.One(
				r.Source.String(),
				"Traefik does not find the certificate's Secret: this is normal until the first one is issued",
				diagnose.Remedy{Text: "see the certificate layer"},
				diagnose.Logged(facts.Traefik, l),
			)
		}
	}
	return nil
}
