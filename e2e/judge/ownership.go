package judge

import (
	"strings"

	apps "k8s.io/api/apps/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// typeTemplate stands for the record type in --txt-prefix and --txt-suffix.
const typeTemplate = "%{record_type}"

// registry is how external-dns marks the records it owns: a TXT record beside each, whose name is made from the record's
// (sigs.k8s.io/external-dns v0.20 registry/txt.go, toTXTName).
type registry struct{ prefix, suffix, wildcard string }

func registryOf(d *apps.Deployment) registry {
	last := func(flag string) string {
		if args := facts.Args(d, flag); len(args) > 0 {
			return strings.ToLower(args[len(args)-1])
		}
		return ""
	}
	return registry{prefix: last("txt-prefix"), suffix: last("txt-suffix"), wildcard: last("txt-wildcard-replacement")}
}

// names are those that the TXT record of a record may have: the present form, with the type, and the older one without.
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
	var out []string
	for _, form := range []struct{ label, kind string }{{typed, kind}, {label, ""}} {
		full := strings.ReplaceAll(r.prefix, typeTemplate, form.kind) + form.label + strings.ReplaceAll(r.suffix, typeTemplate, form.kind)
		if hasParent {
			full += "." + parent
		}
		out = append(out, full)
	}
	return out
}

// ownership is what a registry record says.
type ownership struct{ owner, resource string }

// parseOwnership reads the content of a TXT record; false when it is no mark of external-dns
// (sigs.k8s.io/external-dns v0.20 endpoint/labels.go).
func parseOwnership(content string) (ownership, bool) {
	var out ownership
	ours := false
	for _, field := range strings.Split(strings.Trim(content, `"`), ",") {
		switch name, value, _ := strings.Cut(field, "="); name {
		case "heritage":
			ours = value == "external-dns"
		case "external-dns/owner":
			out.owner = value
		case "external-dns/resource":
			out.resource = value
		}
	}
	return out, ours
}

// ownerOf finds who owns the records of a name and type; false when nobody does.
func ownerOf(s *facts.Snapshot, r registry, name, kind string) (ownership, bool) {
	for _, marked := range r.names(name, kind) {
		for _, record := range s.RecordsOf(marked) {
			if record.Type != "TXT" {
				continue
			}
			if o, ok := parseOwnership(record.Content); ok {
				return o, true
			}
		}
	}
	return ownership{}, false
}
