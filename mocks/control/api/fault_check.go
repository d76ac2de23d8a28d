package api

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	mdns "github.com/miekg/dns"
)

const (
	maxDelay   = 10 * time.Minute
	maxSeconds = 24 * 3600
	maxText    = 1 << 20
)

// Check refuses a rule that can never fit or says two things at once.
func (r *FaultRule) Check() error {
	switch {
	case (r.HTTP == nil) == (r.DNS == nil):
		return fmt.Errorf("rule %q: give http or dns, one of them", r.ID)
	case r.Skip < 0 || r.Times < 0 || r.Seconds < 0 || r.Seconds > maxSeconds:
		return fmt.Errorf("rule %q: skip, times and seconds: give 0 or more, seconds at most %d", r.ID, maxSeconds)
	case !(r.Probability >= 0 && r.Probability <= 1):
		return fmt.Errorf("rule %q: probability %v: give 0 to 1", r.ID, r.Probability)
	case r.Do.DelayMillis < 0 || time.Duration(r.Do.DelayMillis)*time.Millisecond > maxDelay:
		return fmt.Errorf("rule %q: delayMs %d: give 0 to %d", r.ID, r.Do.DelayMillis, maxDelay.Milliseconds())
	case len(r.Do.Body)+len(r.Do.Message)+len(r.Note)+len(r.ID) > maxText:
		return fmt.Errorf("rule: its texts are over %d bytes", maxText)
	}
	if r.HTTP != nil {
		return r.checkHTTP()
	}
	return r.checkDNS()
}

func count(set ...bool) (n int) {
	for _, s := range set {
		if s {
			n++
		}
	}
	return n
}

func (r *FaultRule) checkHTTP() error {
	d := r.Do
	answers := d.Status != 0 || d.Code != 0 || d.Problem != "" || d.Body != "" || d.HTML
	ends := count(answers, d.Hang, d.Reset, d.Truncate)
	switch {
	case d.Rcode != "" || d.Drop || d.Answer != nil:
		return fmt.Errorf("rule %q: rcode, drop and answer are for dns", r.ID)
	case ends > 1:
		return fmt.Errorf("rule %q: give one of an answer, hang, reset and truncate", r.ID)
	case count(d.Code != 0, d.Problem != "", d.Body != "", d.HTML) > 1:
		return fmt.Errorf("rule %q: give one of code, problem, body and html", r.ID)
	case ends == 0 && d.DelayMillis == 0 && len(d.Headers) == 0:
		return fmt.Errorf(
			"rule %q: it does nothing: give status, code, problem, body, html, hang, reset, truncate, delayMs or headers",
			r.ID,
		)
	case d.Status != 0 && (d.Status < 200 || d.Status > 599):
		return fmt.Errorf("rule %q: status %d: give 200 to 599", r.ID, d.Status)
	case !slices.Contains([]string{"", "api", "acme", "production", "staging", "git", "registry"}, r.HTTP.Host):
		return fmt.Errorf("rule %q: host %q: give api, acme, production, staging, git or registry", r.ID, r.HTTP.Host)
	case r.HTTP.Step != "" && slices.Contains([]string{"api", "git", "registry"}, r.HTTP.Host):
		return fmt.Errorf("rule %q: step %q: the %s has no steps", r.ID, r.HTTP.Step, r.HTTP.Host)
	case r.HTTP.Token != "" && !isFingerprint(r.HTTP.Token): // its value must not be printed
		return fmt.Errorf("rule %q: token: give a fingerprint, as in sha256:0123456789ab, not the token's value", r.ID)
	}
	for name, value := range d.Headers {
		if name == "" || strings.ContainsAny(name, " :\r\n") || strings.ContainsAny(value, "\r\n") {
			return fmt.Errorf("rule %q: header %q is no header", r.ID, name)
		}
	}
	if d.Problem != "" && d.Status == 0 {
		if _, known := ProblemStatus(d.Problem); !known {
			return fmt.Errorf(
				"rule %q: problem %q: give a status with a type that RFC 8555 section 6.7 does not list",
				r.ID,
				d.Problem,
			)
		}
	}
	return checkClient(r.ID, r.HTTP.Client)
}

func (r *FaultRule) checkDNS() error {
	d := r.Do
	ends := count(d.Rcode != "", d.Drop, d.Truncate, d.Answer != nil)
	switch {
	case d.Status != 0 || d.Code != 0 || d.Problem != "" || d.Body != "" || d.HTML || d.Hang || d.Reset ||
		len(d.Headers) > 0 || d.RetryAfter != 0 || d.Message != "":
		return fmt.Errorf("rule %q: of the effects only delayMs, rcode, drop, truncate and answer are for dns", r.ID)
	case ends > 1:
		return fmt.Errorf("rule %q: give one of rcode, drop, truncate and answer", r.ID)
	case ends == 0 && d.DelayMillis == 0:
		return fmt.Errorf("rule %q: it does nothing: give rcode, drop, truncate, answer or delayMs", r.ID)
	}
	if !slices.Contains([]string{"", "primary", "secondary", "control", "https"}, r.DNS.Server) {
		return fmt.Errorf("rule %q: server %q: give primary, secondary, control or https", r.ID, r.DNS.Server)
	}
	if !slices.Contains([]string{"", "udp", "tcp", "control", "https"}, r.DNS.Proto) {
		return fmt.Errorf("rule %q: proto %q: give udp, tcp, https or control", r.ID, r.DNS.Proto)
	}
	if _, known := mdns.StringToRcode[strings.ToUpper(d.Rcode)]; d.Rcode != "" && !known {
		return fmt.Errorf("rule %q: rcode %q is unknown: give SERVFAIL, REFUSED, NXDOMAIN …", r.ID, d.Rcode)
	}
	if _, known := mdns.StringToType[strings.ToUpper(r.DNS.Type)]; r.DNS.Type != "" && !known {
		return fmt.Errorf("rule %q: type %q is unknown", r.ID, r.DNS.Type)
	}
	if d.Answer != nil {
		if _, err := DNSAnswer("example.com", *d.Answer); err != nil {
			return fmt.Errorf("rule %q: %w", r.ID, err)
		}
	}
	return checkClient(r.ID, r.DNS.Client)
}

// isFingerprint: "sha256:" and 12 hexadecimal digits, as zone.Fingerprint makes them.
func isFingerprint(text string) bool {
	digits, ok := strings.CutPrefix(text, "sha256:")
	return ok && len(digits) == 12 && strings.Trim(digits, "0123456789abcdef") == ""
}

func checkClient(id, client string) error {
	if client == "" {
		return nil
	}
	if _, err := netip.ParseAddr(client); err == nil {
		return nil
	}
	if _, err := netip.ParsePrefix(client); err == nil {
		return nil
	}
	return fmt.Errorf("rule %q: client %q: give an IP address or a prefix", id, client)
}

// ProblemStatus is the HTTP status that Let's Encrypt sends with a problem type.
func ProblemStatus(kind string) (int, bool) {
	status, known := map[string]int{
		"accountDoesNotExist": http.StatusBadRequest, "alreadyRevoked": http.StatusBadRequest,
		"badCSR": http.StatusBadRequest, "badNonce": http.StatusBadRequest, "badPublicKey": http.StatusBadRequest,
		"badSignatureAlgorithm": http.StatusBadRequest, "caa": http.StatusForbidden, "connection": http.StatusBadRequest,
		"dns":                     http.StatusBadRequest,
		"externalAccountRequired": http.StatusForbidden, "incorrectResponse": http.StatusForbidden,
		"malformed": http.StatusBadRequest, "orderNotReady": http.StatusForbidden, "rateLimited": http.StatusTooManyRequests,
		"rejectedIdentifier": http.StatusBadRequest,
		"serverInternal":     http.StatusInternalServerError, "tls": http.StatusBadRequest,
		"unauthorized": http.StatusForbidden, "userActionRequired": http.StatusForbidden,
	}[kind]
	return status, known
}

// answerTTL is the TTL of injected records, in seconds.
const answerTTL = 60

// DNSAnswer reads records as "TYPE data"; never nil.
func DNSAnswer(owner string, texts []string) ([]mdns.RR, error) {
	out := make([]mdns.RR, 0, len(texts))
	for _, text := range texts {
		rr, err := mdns.NewRR(fmt.Sprintf(". %d IN %s", answerTTL, text))
		if err != nil || rr == nil {
			return nil, fmt.Errorf("answer %q: give a type and its data as in a zone file: %w", text, noRecord(err))
		}
		rr.Header().Name = mdns.Fqdn(owner)
		out = append(out, rr)
	}
	return out, nil
}

func noRecord(err error) error {
	if err == nil {
		return fmt.Errorf("no record")
	}
	return err
}
