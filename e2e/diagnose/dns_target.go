package diagnose

import (
	"fmt"
	"net/netip"
	"slices"

	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// others are the Ingresses of the same host whose targets differ from the route's.
func (r *route) others() []*networking.Ingress {
	if r.ingress == nil || len(r.byHost[r.Host]) < 2 {
		return nil
	}
	own := r.targetsOf(r.ingress)
	var out []*networking.Ingress
	for _, o := range r.byHost[r.Host] {
		if targets := r.targetsOf(o); o != r.ingress && len(own) > 0 && len(targets) > 0 && !sameSet(own, targets) {
			out = append(out, o)
		}
	}
	return out
}

// mixed reports whether targets are of unequal kinds: names and addresses.
func mixed(targets []string) bool {
	return slices.ContainsFunc(targets, func(t string) bool { return typeOf([]string{t}) == "CNAME" }) &&
		slices.ContainsFunc(targets, func(t string) bool { return typeOf([]string{t}) != "CNAME" })
}

func (r *route) targetEvidence(ingresses ...*networking.Ingress) []Evidence {
	var out []Evidence
	for _, i := range ingresses {
		out = append(out, says(ingressName(i), "targets %s", list(r.targetsOf(i))))
	}
	return out
}

func findCandidates(r *route) []Finding {
	line, told := r.sync.syncs.mixed[r.Host]
	if r.ingress == nil || !told && len(r.naming().wanted) < 2 && len(r.byHost[r.Host]) < 2 {
		return nil
	}
	var all []string
	for _, i := range r.byHost[r.Host] {
		all = append(all, r.targetsOf(i)...)
	}
	if !told && !mixed(all) {
		return nil
	}
	evidence := r.targetEvidence(r.byHost[r.Host]...)
	if told {
		evidence = append(evidence, logged(facts.ExternalDNS, line))
	}
	var names []string
	for _, i := range r.byHost[r.Host] {
		names = append(names, ingressName(i))
	}
	return finding(list(names), fmt.Sprintf("the targets of %s are names and addresses at once, and external-dns drops the names: %s", r.Host, list(all)),
		Remedy{Text: "make all targets addresses, or all of them one name", Command: "kubectl get ingress -A -o wide"}, evidence...)
}

func findSameHost(r *route) []Finding {
	others := r.others()
	if len(others) == 0 || r.has(candidates) {
		return nil
	}
	what := "publishes the targets of all of them"
	if r.sync.before(0, 21) {
		what = "publishes the targets of one of them"
	}
	evidence := r.targetEvidence(append([]*networking.Ingress{r.ingress}, others...)...)
	for _, rec := range r.naming().held {
		evidence = append(evidence, rec.evidence())
	}
	if r.https != nil && r.https.Connect != nil {
		for _, tried := range r.https.Connect.Tried {
			if tried.Error != "" {
				evidence = append(evidence, says("probe "+r.https.Request.URL, "%s: %s", tried.Address, tried.Error))
			}
		}
	}
	return finding(ingressName(others[0]), fmt.Sprintf("%s serves the host too, with another target, and external-dns %s", ingressName(others[0]), what),
		Remedy{Text: "let one Ingress serve the host", Command: fmt.Sprintf("kubectl -n %s delete ingress %s", others[0].Namespace, others[0].Name)}, evidence...)
}

func findProxied(r *route) []Finding {
	if r.ingress == nil || r.has(prefixIgnored) && r.broken(DNS) {
		return nil
	}
	n := r.naming()
	i := slices.IndexFunc(n.held, func(rec record) bool { return rec.Proxied })
	if i < 0 {
		return nil
	}
	rec := n.held[i]
	wanted, why := r.toBeProxied()
	trouble := r.proxyTrouble()
	if wanted && trouble == "" {
		return nil
	}
	summary := fmt.Sprintf("%s is proxied though it should not be: %s", rec, why)
	if wanted {
		summary = fmt.Sprintf("%s is proxied, and the proxy does not serve it: %s", rec, trouble)
	}
	evidence := []Evidence{rec.evidence(), says(ingressName(r.ingress), "%s", why)}
	if r.https != nil {
		evidence = append(evidence, probed(r.https))
	}
	return finding(rec.String(), summary, r.annotate("switch the proxy off for the record", r.sync.prefix+"cloudflare-proxied=false"), evidence...)
}

// proxyTrouble says how a client fares at the provider's proxy, "" for well: 520 to 530 are the proxy's own.
func (r *route) proxyTrouble() string {
	switch {
	case r.https == nil || r.https.Failed == probe.StepResolve:
	case r.https.HTTP != nil && r.https.HTTP.Status >= 520 && r.https.HTTP.Status <= 530:
		return fmt.Sprintf("it answers %d", r.https.HTTP.Status)
	case r.https.Failed != "":
		return fmt.Sprintf("%s fails: %s", r.https.Failed, r.https.Class)
	}
	return ""
}

// unreachable reports whether an address is none of the internet's, in the view of RFC 1918, 6598, 4193, 3927 and 1122.
func unreachable(content string) bool {
	addr, err := netip.ParseAddr(content)
	shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10)
	return err == nil && (addr.IsPrivate() || addr.IsLoopback() || addr.IsLinkLocalUnicast() || shared.Contains(addr))
}

func (r *route) private() (record, bool) {
	for _, rec := range r.records {
		if (rec.Type == "A" || rec.Type == "AAAA") && unreachable(rec.Content) {
			return rec, true
		}
	}
	return record{}, false
}

func findPrivate(r *route) []Finding {
	rec, ok := r.private()
	if !ok || r.naming().state != right || r.https == nil || r.https.Failed != probe.StepConnect {
		return nil
	}
	return r.privateFinding(rec, fmt.Sprintf("%s holds %s, which the internet cannot reach", rec, rec.Content), rec.evidence(), probed(r.https))
}

func findPrivateReached(r *route) []Finding {
	rec, ok := r.private()
	if !ok || r.has(privateIP) {
		return nil
	}
	return r.privateFinding(rec, fmt.Sprintf("%s holds %s, an address of a private network: clients elsewhere will not reach it", rec, rec.Content), rec.evidence())
}

func (r *route) privateFinding(rec record, summary string, evidence ...Evidence) []Finding {
	remedy := Remedy{Text: "publish the public address, and forward ports 80 and 443"}
	if r.ingress != nil {
		remedy = r.annotate(remedy.Text, r.sync.prefix+"target=PUBLIC_ADDRESS")
	}
	return finding(rec.String(), summary, remedy, evidence...)
}
