package externaldns

import "strings"

// recordType stands for the type of the record in --txt-prefix and --txt-suffix.
const recordType = "%{record_type}"

// Naming is how the TXT registry names the ownership records of the records that external-dns owns
// (registry/mapper/mapper.go).
// Its settings are those of --txt-prefix, --txt-suffix and --txt-wildcard-replacement.
type Naming struct {
	Prefix   string `json:"prefix,omitempty"`
	Suffix   string `json:"suffix,omitempty"`
	Wildcard string `json:"wildcard,omitempty"`
}

// NewNaming makes the naming of the settings as external-dns takes them.
func NewNaming(prefix, suffix, wildcard string) Naming {
	return Naming{strings.ToLower(prefix), strings.ToLower(suffix), strings.ToLower(wildcard)}
}

// RecordTypes lists the types of records that may be owned.
func RecordTypes() []string {
	return []string{"A", "AAAA", "CNAME", "NS", "MX", "PTR", "SRV", "NAPTR", "TXT", "DNAME", "TLSA"}
}

// Names are those that the ownership record of a record may have: with its type, and the one without, which
// versions before 0.16 wrote too and later ones still read.
func (n Naming) Names(name, kind string) []string {
	kind = strings.ToLower(kind)
	label, parent, hasParent := strings.Cut(name, ".")
	if n.Wildcard != "" && label == "*" {
		label = n.Wildcard
	}
	typed := label
	if !n.hasType() {
		typed = kind + "-" + label
	}
	out := make([]string, 0, 2)
	for _, form := range [...]struct{ label, kind string }{{typed, kind}, {label, ""}} {
		full := n.with(n.Prefix, form.kind) + form.label + n.with(n.Suffix, form.kind)
		if hasParent {
			full += "." + parent
		}
		out = append(out, full)
	}
	return out
}

func (n Naming) hasType() bool { return strings.Contains(n.Prefix+n.Suffix, recordType) }

func (n Naming) with(affix, kind string) string { return strings.ReplaceAll(affix, recordType, kind) }

// Name is the one that the ownership record of a record has.
func (n Naming) Name(name, kind string) string { return n.Names(name, kind)[0] }

// Owned is the name and the type of the record that an ownership record is of; the type is "" where its name
// does not tell it. False when no record has an ownership record of that name.
func (n Naming) Owned(ownership string) (name, kind string, ok bool) {
	ownership = strings.ToLower(ownership)
	types := append(RecordTypes(), "")
	for _, kind := range types {
		if kind == "" && n.hasType() && n.with(n.Prefix+n.Suffix, "") == "" {
			break // nothing would tell an older record from any other
		}
		if name, ok = n.strip(ownership, kind); ok {
			return name, kind, true
		}
	}
	return "", "", false
}

// strip takes prefix and suffix of a type off the name of an ownership record.
func (n Naming) strip(ownership, kind string) (string, bool) {
	lower := strings.ToLower(kind)
	prefix, suffix := n.with(n.Prefix, lower), n.with(n.Suffix, lower)
	if kind != "" && !n.hasType() {
		prefix += lower + "-"
	}
	rest, ok := strings.CutPrefix(ownership, prefix)
	if !ok {
		return "", false
	}
	label, parent, hasParent := strings.Cut(rest, ".")
	if suffix != "" {
		// The suffix ends the first label, and may hold dots itself.
		label, parent, ok = strings.Cut(rest, suffix)
		if !ok || strings.Contains(label, ".") || parent != "" && !strings.HasPrefix(parent, ".") {
			return "", false
		}
		parent, hasParent = strings.CutPrefix(parent, ".")
	}
	if label == "" {
		return "", false
	}
	if label == n.Wildcard && n.Wildcard != "" {
		label = "*"
	}
	if hasParent {
		label += "." + parent
	}
	return label, true
}

// Ownership is what an ownership record says.
type Ownership struct {
	Owner string
	// Resource is the object that the record was written for: "ingress/develop/frontend".
	Resource string
}

// ParseOwnership reads the content of a TXT record; false when it is no ownership record of external-dns
// (endpoint/labels.go).
func ParseOwnership(content string) (Ownership, bool) {
	var out Ownership
	ours := false
	for field := range strings.SplitSeq(strings.Trim(content, `"`), ",") {
		switch key, value, _ := strings.Cut(field, "="); key {
		case "heritage":
			if value != Program {
				return Ownership{}, false
			}
			ours = true
		case "external-dns/owner":
			out.Owner = value
		case "external-dns/resource":
			out.Resource = value
		}
	}
	return out, ours
}
