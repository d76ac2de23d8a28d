package diagnose

import "strings"

// typeTemplate stands for the record type in --txt-prefix and --txt-suffix.
const typeTemplate = "%{record_type}"

// Registry is how external-dns names the TXT records by which it marks what it owns
// (sigs.k8s.io/external-dns registry/txt, toTXTName).
type Registry struct{ prefix, suffix, wildcard string }

// Names are those that the mark of a record may have: the present form, with the type, and the older one without.
func (r Registry) Names(name, kind string) []string {
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
		full := strings.ReplaceAll(
			r.prefix,
			typeTemplate,
			form.kind,
		) + form.label + strings.ReplaceAll(
			r.suffix,
			typeTemplate,
			form.kind,
		)
		if hasParent {
			full += "." + parent
		}
		out = append(out, full)
	}
	return out
}

// Mark is an ownership record: whose the record beside it is, and for which object it was made.
type Mark struct {
	Owner, Resource string
	Record          Record
}

// ParseMark reads an ownership record (sigs.k8s.io/external-dns endpoint/labels.go).
func ParseMark(r Record) (Mark, bool) {
	if r.Type != "TXT" || !strings.Contains(r.Content, "heritage=external-dns") {
		return Mark{}, false
	}
	out := Mark{Record: r}
	for field := range strings.SplitSeq(strings.Trim(r.Content, `"`), ",") {
		switch name, value, _ := strings.Cut(field, "="); name {
		case "external-dns/owner":
			out.Owner = value
		case "external-dns/resource":
			out.Resource = value
		}
	}
	return out, true
}
