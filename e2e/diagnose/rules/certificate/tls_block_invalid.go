package certificate

import (
	"fmt"
	"strconv"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const tlsBlockInvalid diagnose.Code = "tls-block-invalid"

func tlsBlockInvalidRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     tlsBlockInvalid,
		Meaning:  "a TLS block of the Ingress lacks its Secret or its hosts, or shares its Secret with another block",
		Evidence: "the block itself; an event BadConfig `Skipped a TLS block` on the Ingress; other blocks work",
		Remedy:   "complete the block",
		Find:     findTLSBlock,
	}}
}

func findTLSBlock(r *diagnose.Route) []diagnose.Finding {
	if r.Source == nil || r.Brought() {
		return nil
	}
	for i := range r.Source.TLS {
		block := &r.Source.TLS[i]
		at := "/spec/tls/" + strconv.Itoa(i)
		switch {
		case block == r.Block && block.Secret == "":
			return tlsBlock(
				r,
				i,
				"has no secretName",
				"secretName",
				fmt.Sprintf(`{"op":"add","path":"%s/secretName","value":"%s-tls"}`, at, r.Ingress.Name),
			)
		case r.Block == nil && len(block.Hosts) == 0:
			return tlsBlock(
				r,
				i,
				"has no hosts",
				"hosts",
				fmt.Sprintf(`{"op":"add","path":"%s/hosts","value":["%s"]}`, at, r.Host),
			)
		case block == r.Block && namedTwice(r, block.Secret):
			return tlsBlock(r, i, "names Secret "+block.Secret+", as another block does", "single TLS entry",
				fmt.Sprintf(`{"op":"replace","path":"%s/secretName","value":"%s-%d"}`, at, block.Secret, i))
		}
	}
	return nil
}

func tlsBlock(r *diagnose.Route, i int, what, about, patch string) []diagnose.Finding {
	what = fmt.Sprintf("spec.tls[%d] %s", i, what)
	return diagnose.One(r.Source.String(), what+", so cert-manager skips it", diagnose.Remedy{
		Text:    "complete the block",
		Command: r.Source.Patch("json", "["+patch+"]"),
	}, append([]diagnose.Evidence{diagnose.Fact(r.Source.String(), "%s", what)}, badConfig(r, about)...)...)
}

// namedTwice reports whether several TLS blocks of the Ingress name a Secret.
func namedTwice(r *diagnose.Route, secret string) bool {
	users := 0
	for i := range r.Source.TLS {
		if r.Source.TLS[i].Secret == secret {
			users++
		}
	}
	return users > 1
}
