package zone

import (
	"strings"

	"golang.org/x/net/idna"
)

const (
	maxName  = 253 // characters of a name without its final dot, RFC 1035 section 2.3.4
	maxLabel = 63
)

// Canonical is the form in which names are stored and looked up: lower case, Punycode, no trailing dot.
// It does not judge; ValidName does.
func Canonical(name string) string {
	name = strings.TrimSuffix(name, ".")
	if isASCII(name) {
		return strings.ToLower(name)
	}
	// Label by label: those with an underscore or an asterisk are no business of IDNA.
	labels := strings.Split(name, ".")
	for i, label := range labels {
		if isASCII(label) {
			continue
		}
		ascii, err := idna.Lookup.ToASCII(label)
		if err != nil {
			return strings.ToLower(name)
		}
		labels[i] = ascii
	}
	return strings.ToLower(strings.Join(labels, "."))
}

// ValidName reports whether a canonical name may be that of a zone or a target: labels of 1 to 63 letters, digits,
// hyphens and underscores, "*" only as the whole first label (RFC 4592), 253 characters at most.
func ValidName(name string) bool {
	rest, _ := strings.CutPrefix(name, "*.")
	return name != "" && len(name) <= maxName && validLabels(rest)
}

// validOwner reports whether a canonical name may own a record. An asterisk may stand anywhere; only as the whole
// first label it is a wildcard [ISS 2026-08: STRRL/cloudflare-tunnel-ingress-controller#357, whose records
// "_x.*.example.com" Cloudflare takes with a warning; inferred for a part of a label, as external-dns writes
// "a-*.example.com"].
func validOwner(name string) bool {
	return name != "" && len(name) <= maxName && validLabels(strings.ReplaceAll(name, "*", "x"))
}

func validLabels(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if !validLabel(label) {
			return false
		}
	}
	return true
}

func validLabel(label string) bool {
	if label == "" || len(label) > maxLabel {
		return false
	}
	for i := range len(label) {
		c := label[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// Below reports whether name is the apex or lies under it. Both are canonical.
func Below(name, apex string) bool {
	return name == apex || len(name) > len(apex) && name[len(name)-len(apex)-1] == '.' && strings.HasSuffix(name, apex)
}

// Absolute makes a client's record name a full one: "@" is the apex, and a name outside the zone has the
// zone appended, as the real API does (so "www.other.com" becomes "www.other.com.example.com").
func Absolute(name, apex string) (string, error) {
	if name == "@" {
		return apex, nil
	}
	full := Canonical(name)
	if full != "" && !Below(full, apex) {
		full += "." + apex
	}
	if !validOwner(full) {
		return "", refuse(Reported, CodeNameInvalid, "DNS name is invalid.")
	}
	return full, nil
}

// parent is the name without its first label; "" when it has one label only.
func parent(name string) string {
	_, rest, _ := strings.Cut(name, ".")
	return rest
}
