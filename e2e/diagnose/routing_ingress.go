package diagnose

import (
	"fmt"
	"slices"
	"strings"

	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

const (
	onlyClass = "providers.kubernetesingress.ingressclass"
	oldClass  = "kubernetes.io/ingress.class" // the annotation of old
)

// classOf is the class of an Ingress, by field or by the annotation of old, which needs no IngressClass.
func classOf(i *networking.Ingress) (class string, old bool) {
	if i.Spec.IngressClassName != nil {
		return *i.Spec.IngressClassName, false
	}
	class = i.Annotations[oldClass]
	return class, class != ""
}

// findHostMismatch finds a host that no Ingress has a rule for. A raw address answers other hosts all the same.
func findHostMismatch(r *route) []Finding {
	if !r.looked(facts.Ingresses, r.Ingress.Namespace) {
		return nil
	}
	if r.ingress == nil {
		evidence := says("Ingresses", "none has a rule for %s", r.Host)
		object, remedy := "host "+r.Host, Remedy{Text: "add a rule for the host to an Ingress, or ask for another host"}
		if r.Ingress != (name{}) {
			object = "Ingress " + r.Ingress.String()
			evidence = says(object, "not found")
		}
		out := finding(object, "no Ingress routes "+r.Host, remedy, evidence)
		if i, host := r.closest(); i != nil {
			out[0].Object = ingressName(i)
			out[0].Evidence = append(out[0].Evidence, says(ingressName(i), "has a rule for %s, which differs by a letter or two", host))
		}
		return out
	}
	if r.rule != nil || r.ingress.Spec.DefaultBackend != nil || r.block != nil || slices.ContainsFunc(r.byHost[r.Host], func(i *networking.Ingress) bool { return i != r.ingress }) {
		return nil
	}
	return finding(ingressName(r.ingress), "the Ingress has no rule for "+r.Host, Remedy{Text: "add a rule for the host, or ask for another host"},
		says(ingressName(r.ingress), "rules for %s", list(ruleHosts(r.ingress))))
}

// closest is an Ingress whose host looks like the route's, the usual slip. It is looked for only when nothing else fits.
func (r *route) closest() (*networking.Ingress, string) {
	const slips = 2
	for i := range r.s.Ingresses {
		for _, host := range ruleHosts(&r.s.Ingresses[i]) {
			if distance(host, r.Host, slips) <= slips {
				return &r.s.Ingresses[i], host
			}
		}
	}
	return nil, ""
}

// distance is the Levenshtein distance of two names, or more than the limit.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for i := range row {
		row[i] = i
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for k := range len(b) {
			cost := diagonal
			if a[i] != b[k] {
				cost++
			}
			diagonal = row[k+1]
			row[k+1] = min(cost, row[k]+1, row[k+1]+1)
		}
	}
	return row[len(b)]
}

func ruleHosts(i *networking.Ingress) []string {
	var out []string
	for _, rule := range i.Spec.Rules {
		if rule.Host != "" {
			out = append(out, rule.Host)
		}
	}
	return out
}

// findNoClass finds an Ingress without a class that nobody takes up. Without a filter of its own Traefik takes those up too, and then
// there is nothing wrong with it.
func findNoClass(r *route) []Finding {
	if r.ingress == nil {
		return nil
	}
	if class, _ := classOf(r.ingress); class != "" || (r.traefik.flag(onlyClass) == "" && (len(r.published) > 0 || !r.isDown())) {
		return nil
	}
	return finding(ingressName(r.ingress), "the Ingress names no class, so Traefik leaves it alone", r.setClass(),
		says(ingressName(r.ingress), "no spec.ingressClassName and no annotation %s", oldClass), r.classEvidence())
}

// otherClass says what shows that the class of the Ingress is not Traefik's; ok is false where nothing does.
func (r *route) otherClass() (evidence Evidence, ok bool) {
	class, old := classOf(r.ingress)
	object := r.classes[class]
	switch filter := r.traefik.flag(onlyClass); {
	case class == "":
		return Evidence{}, false
	case filter != "" && class != filter:
		return says(r.traefik.String(), "--%s=%s", onlyClass, filter), true
	case old && object == nil && class != "traefik" && class != filter:
		return says("IngressClasses", "none is called %s", class), true
	case object != nil && object.Spec.Controller != facts.TraefikController:
		return says("IngressClass "+class, "spec.controller %s", object.Spec.Controller), true
	}
	return Evidence{}, false
}

func findWrongClass(r *route) []Finding {
	if r.ingress == nil {
		return nil
	}
	evidence, other := r.otherClass()
	if !other {
		return nil
	}
	class, old := classOf(r.ingress)
	if !old && r.classes[class] == nil && r.looked(facts.IngressClasses, "") {
		return nil // that it does not exist says more
	}
	return finding(ingressName(r.ingress), fmt.Sprintf("the Ingress is of class %s, which is not Traefik's", class), r.setClass(),
		says(ingressName(r.ingress), "class %s", class), evidence)
}

func findClassMissing(r *route) []Finding {
	if r.ingress == nil || !r.looked(facts.IngressClasses, "") {
		return nil
	}
	class, old := classOf(r.ingress)
	if class == "" || old || r.classes[class] != nil {
		return nil
	}
	return finding(ingressName(r.ingress), fmt.Sprintf("the Ingress is of class %s, and there is no such IngressClass", class), r.setClass(),
		says(ingressName(r.ingress), "spec.ingressClassName %s", class), r.classEvidence())
}

// servedElsewhere reports whether another controller serves the Ingress: it is of another class, and reports an address that is not Traefik's.
// Where it reports none, or still Traefik's, nobody took it up.
func (r *route) servedElsewhere() bool {
	if len(r.published) == 0 {
		return false
	}
	if _, other := r.otherClass(); !other {
		return false
	}
	own := append(r.frontAddresses(), r.traefik.flag(endpointAddress), r.traefik.flag(endpointName))
	return !slices.ContainsFunc(r.published, func(p string) bool { return slices.Contains(own, p) })
}

func findForeign(r *route) []Finding {
	if !r.foreign {
		return nil
	}
	class, _ := classOf(r.ingress)
	by := "of class " + class
	if object := r.classes[class]; object != nil {
		by = object.Spec.Controller
	}
	return finding(ingressName(r.ingress), "another ingress controller serves the Ingress, "+by+": its own settings are not looked at", Remedy{Text: "nothing to do"},
		says(ingressName(r.ingress), "class %s, status %s", class, list(r.published)))
}

// traefikClass is a class that Traefik takes up.
func (r *route) traefikClass() string {
	if filter := r.traefik.flag(onlyClass); filter != "" {
		return filter
	}
	for i := range r.s.IngressClasses {
		if c := &r.s.IngressClasses[i]; c.Spec.Controller == facts.TraefikController {
			return c.Name
		}
	}
	return "traefik"
}

func (r *route) classEvidence() Evidence {
	var names []string
	for i := range r.s.IngressClasses {
		names = append(names, r.s.IngressClasses[i].Name)
	}
	return says("IngressClasses", "%s", list(names))
}

func (r *route) setClass() Remedy {
	class := r.traefikClass()
	return Remedy{"name the class of Traefik, " + class, fmt.Sprintf(`kubectl -n %s patch ingress %s --type=merge -p '{"spec":{"ingressClassName":"%s"}}'`, r.Ingress.Namespace, r.Ingress.Name, class)}
}

// hasTLSElsewhere reports whether another Ingress has the host in a TLS block: Traefik knows certificates by host, not by Ingress.
func (r *route) hasTLSElsewhere() bool {
	for _, i := range r.byHost[r.Host] {
		if i == r.ingress {
			continue
		}
		for _, block := range i.Spec.TLS {
			if slices.ContainsFunc(block.Hosts, func(h string) bool { return covers(h, r.Host) }) {
				return true
			}
		}
	}
	return false
}

// findNoTLSBlock finds an Ingress that only its annotation asks a certificate for: cert-manager looks at TLS blocks.
func findNoTLSBlock(r *route) []Finding {
	if r.ingress == nil || len(r.ingress.Spec.TLS) > 0 || r.hasTLSElsewhere() || r.brought() {
		return nil
	}
	evidence := []Evidence{says(ingressName(r.ingress), "spec.tls is empty")}
	if h := r.shown(); h != nil && len(h.Chain) > 0 {
		evidence = append(evidence, says("handshake "+r.Host, "certificate of %s", h.Chain[0].Subject))
	}
	secret := r.Ingress.Name + "-tls"
	return finding(ingressName(r.ingress), "the Ingress has no TLS block, so no certificate is asked for and HTTPS shows Traefik's own", Remedy{
		"add a TLS block with the host and a Secret",
		fmt.Sprintf(`kubectl -n %s patch ingress %s --type=merge -p '{"spec":{"tls":[{"hosts":["%s"],"secretName":"%s"}]}}'`, r.Ingress.Namespace, r.Ingress.Name, r.Host, secret),
	}, evidence...)
}

// findTLSHosts compares the two lists of hosts of an Ingress. Both are published, and only a host in both is served well.
func findTLSHosts(r *route) []Finding {
	if r.ingress == nil || len(r.ingress.Spec.TLS) == 0 {
		return nil
	}
	var hosts []string
	for _, block := range r.ingress.Spec.TLS {
		hosts = append(hosts, block.Hosts...)
	}
	tls, rules := says(ingressName(r.ingress), "TLS hosts %s", list(hosts)), says(ingressName(r.ingress), "rules for %s", list(ruleHosts(r.ingress)))
	switch {
	case r.rule != nil && r.block == nil && len(hosts) > 0 && !r.hasTLSElsewhere():
		return finding(ingressName(r.ingress), fmt.Sprintf("%s has a rule and is in no TLS block, so HTTPS shows a certificate that is not for it", r.Host), Remedy{
			"add the host to a TLS block",
			fmt.Sprintf(`kubectl -n %s patch ingress %s --type=json -p '[{"op":"add","path":"/spec/tls/0/hosts/-","value":"%s"}]'`, r.Ingress.Namespace, r.Ingress.Name, r.Host),
		}, tls, rules)
	case r.rule == nil && r.block != nil && r.ingress.Spec.DefaultBackend == nil && len(r.byHost[r.Host]) == 1:
		return finding(ingressName(r.ingress), fmt.Sprintf("%s is in a TLS block and has no rule, so its name leads nowhere", r.Host),
			Remedy{Text: "add a rule for the host, or take it out of the TLS block"}, tls, rules)
	}
	return nil
}

// entryPoints are the entry points that the annotation of the Ingress names; nil for all.
func (r *route) entryPoints() []string {
	if r.ingress == nil {
		return nil
	}
	var out []string
	for n := range strings.SplitSeq(r.ingress.Annotations["traefik.ingress.kubernetes.io/router.entrypoints"], ",") {
		if n = strings.ToLower(strings.TrimSpace(n)); n != "" {
			out = append(out, n)
		}
	}
	return out
}
