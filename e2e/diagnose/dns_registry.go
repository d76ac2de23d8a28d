package diagnose

import (
	"strings"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// typeTemplate stands for the record type in --txt-prefix and --txt-suffix.
const typeTemplate = "%{record_type}"

// registry is how external-dns names the TXT records by which it marks what it owns
// (sigs.k8s.io/external-dns registry/txt, toTXTName).
type registry struct{ prefix, suffix, wildcard string }

// names are those that the mark of a record may have: the present form, with the type, and the older one without.
func (r registry) names(name, kind string) []string {
	kind = strings.ToLower(kind)
	label, parent, hasParent := strings.Cut(name, ".")
	if r.wildcard != "" && label == "*" {
		label = r.wildcard
	}
	typed := label
	if !strings.Contains(r.prefix+r.suffix, typeTemplate) {
		typed = kind + "-" + label
	}
	out := make([]string, 0, 2)
	for _, form := range [...]struct{ label, kind string }{{typed, kind}, {label, ""}} {
		full := strings.ReplaceAll(r.prefix, typeTemplate, form.kind) + form.label + strings.ReplaceAll(r.suffix, typeTemplate, form.kind)
		if hasParent {
			full += "." + parent
		}
		out = append(out, full)
	}
	return out
}

// mark is an ownership record: whose the record beside it is, and for which object it was made.
type mark struct {
	owner, resource string
	record          record
}

// parseMark reads an ownership record (sigs.k8s.io/external-dns endpoint/labels.go).
func parseMark(r record) (mark, bool) {
	if r.Type != "TXT" || !strings.Contains(r.Content, "heritage=external-dns") {
		return mark{}, false
	}
	out := mark{record: r}
	for field := range strings.SplitSeq(strings.Trim(r.Content, `"`), ",") {
		switch name, value, _ := strings.Cut(field, "="); name {
		case "external-dns/owner":
			out.owner = value
		case "external-dns/resource":
			out.resource = value
		}
	}
	return out, true
}

// markOf finds the mark of the host's record of a type.
func (r *route) markOf(host, kind string) (mark, bool) {
	for _, name := range r.sync.registry.names(host, kind) {
		for _, rec := range r.index.records[name] {
			if m, ok := parseMark(rec); ok {
				return m, true
			}
		}
	}
	return mark{}, false
}

// resource is how a mark names the route's Ingress.
func (r *route) resource() string { return "ingress/" + r.Ingress.Namespace + "/" + r.Ingress.Name }

// orphaned reports whether a mark names an Ingress that this cluster does not have.
func (r *route) orphaned(m mark) bool {
	kind, rest, _ := strings.Cut(m.resource, "/")
	namespace, n, ok := strings.Cut(rest, "/")
	return ok && kind == "ingress" && r.ingresses[name{Namespace: namespace, Name: n}] == nil && r.looked(facts.Ingresses, namespace)
}
