package routing

import (
	"fmt"
	"strings"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const allowList diagnose.Code = "ip-allow-list"

func allowListRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    allowList,
		Meaning: "an ipAllowList of the route does not let the client in",
		Evidence: "403 that no backend answered, and a Middleware ipAllowList of the route; with " +
			"externalTrafficPolicy Cluster " +
			"Traefik sees the address of a node or of the pod network in place of the client's",
		Remedy: "add the client's range; let Traefik see the client: externalTrafficPolicy Local, or an " +
			"ipStrategy behind a proxy",
		Find: ofTraefik(findAllowList),
	}}
}

func findAllowList(r *diagnose.Route) []diagnose.Finding {
	if r.Source == nil || r.Source.Annotations[traefik.MiddlewaresAnnotation] == "" {
		return nil
	}
	var rep *probe.Report
	for _, p := range []*probe.Report{r.RawIP, r.HTTPS} {
		if p != nil && arrived(r, p) && answered(p, 403) && refusal(r, p) != diagnose.Clear {
			rep = p
			break
		}
	}
	if rep == nil {
		return nil
	}
	for _, n := range traefik.Names(r.Source.Annotations[traefik.MiddlewaresAnnotation]) {
		m := middleware(r, n)
		list, ok := listOf(specOf(m))
		if !ok {
			continue
		}
		evidence := []diagnose.Evidence{
			diagnose.Probed(rep), diagnose.Fact(m.named(r), "ipAllowList %s", list),
			diagnose.Fact(r.Source.String(), "annotation router.middlewares %s", n),
		}
		remedy := "add the client's range to it when the client is to be let in"
		if s := r.Traefik.Service; s != nil && s.Spec.ExternalTrafficPolicy != core.ServiceExternalTrafficPolicyLocal {
			evidence = append(evidence, diagnose.Fact(serviceName(s), "externalTrafficPolicy %s", policyOf(s)))
			remedy += fmt.Sprintf(
				"; with externalTrafficPolicy %s Traefik may see the address of a node in place of the client's: "+
					"set externalTrafficPolicy Local, or PROXY protocol with trustedIPs",
				policyOf(s),
			)
		} else {
			remedy += "; behind a proxy Traefik sees the proxy's address: set ipStrategy.depth, or " +
				"externalTrafficPolicy and " +
				"forwardedHeaders.trustedIPs"
		}
		return diagnose.One(
			m.named(r),
			fmt.Sprintf("the ipAllowList of %s does not let the client in: it allows %s", m.named(r), list),
			diagnose.Remedy{Text: remedy},
			evidence...)
	}
	return nil
}

func policyOf(s *core.Service) core.ServiceExternalTrafficPolicy {
	if s.Spec.ExternalTrafficPolicy == "" {
		return core.ServiceExternalTrafficPolicyCluster
	}
	return s.Spec.ExternalTrafficPolicy
}

// listOf are the ranges that a Middleware lets in; ok is false when it is of another kind.
func listOf(spec map[string]any) (text string, ok bool) {
	for _, name := range []string{"ipAllowList", "ipWhiteList"} {
		inner, is := spec[name].(map[string]any)
		if !is {
			continue
		}
		var out []string
		ranges, _ := inner["sourceRange"].([]any)
		for _, entry := range ranges {
			out = append(out, fmt.Sprint(entry))
		}
		return strings.Join(out, ", "), true
	}
	return "", false
}
