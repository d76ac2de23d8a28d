package cloudflare

import (
	"slices"
	"strconv"
	"strings"
)

// Code is an error code of the API.
type Code int

// The codes that speak of a record, never of the credential. There is no public list of all codes: these are as
// clients report them and as https://developers.cloudflare.com/dns/manage-dns-records/troubleshooting/ has
// them.
const (
	ConflictAddress Code = 81053 // an A, AAAA or CNAME record of that name exists
	ConflictCNAME   Code = 81054 // a CNAME record of that name exists
	Delegated       Code = 81056 // NS records of that name exist
	Exists          Code = 81057 // the record exists; until 2022
	Identical       Code = 81058 // an identical record exists
	RecordQuota     Code = 81045 // the plan has no room for more records
	BadTarget       Code = 9003  // the proxy does not serve the address
	BadType         Code = 9004  // the proxy does not serve the type
	NotProxied      Code = 9041  // the proxy does not serve the record
	BadTTL          Code = 9021  // the TTL is not automatic and not within 60 to 86400
	Invalid         Code = 1004  // "DNS Validation Error", which wrapped others until 2024
)

// Conflicts are the codes of a record that is in the way of another.
func Conflicts() []Code { return []Code{ConflictAddress, ConflictCNAME, Delegated, Exists, Identical} }

// RefusesProxy are the codes of a record that cannot be proxied.
func RefusesProxy() []Code { return []Code{BadTarget, BadType, NotProxied} }

// RefusesTTL are the codes of a TTL that is not taken.
func RefusesTTL() []Code { return []Code{BadTTL, Invalid} }

// Limits reports whether a code says that the requests of the account are limited.
func Limits(code int) bool { return slices.Contains([]int{10100, 10429, 971}, code) }

// RecordCode is the code in a text that speaks of a record; false for none.
func RecordCode(text string) (Code, bool) {
	for _, code := range slices.Concat(Conflicts(), []Code{RecordQuota}, RefusesProxy(), RefusesTTL()) {
		if mentions(text, strconv.Itoa(int(code))) {
			return code, true
		}
	}
	return 0, false
}

// mentions reports whether a text has a number as a word of its own.
func mentions(text, number string) bool {
	digit := func(at int) bool { return at >= 0 && at < len(text) && text[at] >= '0' && text[at] <= '9' }
	for from := 0; ; {
		at := strings.Index(text[from:], number)
		if at < 0 {
			return false
		}
		at += from
		if !digit(at-1) && !digit(at+len(number)) {
			return true
		}
		from = at + len(number)
	}
}
