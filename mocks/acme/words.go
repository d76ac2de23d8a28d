package acme

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	pebble "github.com/letsencrypt/pebble/v2/acme"
	"github.com/letsencrypt/pebble/v2/core"
	"github.com/miekg/dns"
)

// Problems of validations, worded as Let's Encrypt words them [SRC boulder bdns/problem.go, va/dns.go, va/http.go,
// read 2026-11-29; ISS NXDOMAIN: diafygi/gethttpsforfree#183 (2025-01); Incorrect TXT record: acme.sh#3148 (2020-09),
// nginx-proxy-manager#881 (2021-02)].

// lookupTimeout bounds what is looked up once more to word a problem.
const lookupTimeout = 3 * time.Second

func typed(kind string, status int, format string, args ...any) *pebble.ProblemDetails {
	return &pebble.ProblemDetails{
		Type:       "urn:ietf:params:acme:error:" + kind,
		HTTPStatus: status,
		Detail:     fmt.Sprintf(format, args...),
	}
}

// reword gives a failed challenge the problem that Let's Encrypt would give it, once, and returns it.
func (a *Authority) reword(ctx context.Context, c *core.Challenge) *pebble.ProblemDetails {
	c.Authz.RLock()
	host := strings.TrimPrefix(c.Authz.Identifier.Value, "*.")
	c.Authz.RUnlock()
	c.Lock()
	defer c.Unlock()
	if c.Error == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	var worded *pebble.ProblemDetails
	if c.Type == pebble.ChallengeDNS01 {
		worded = a.rewordDNS(ctx, c.Error.Detail, "_acme-challenge."+host)
	} else {
		worded = a.rewordAddress(ctx, c, host)
	}
	if worded != nil {
		c.Error = worded
	}
	return c.Error
}

func (a *Authority) rewordDNS(ctx context.Context, detail, name string) *pebble.ProblemDetails {
	switch {
	case strings.HasPrefix(detail, "Error retrieving TXT records"):
		return typed("dns", http.StatusBadRequest, "%s", dnsFailure(detail, "TXT", name))
	case strings.HasPrefix(detail, "No TXT records found"):
		return typed("unauthorized", http.StatusForbidden, "No TXT record found at %s", name)
	case strings.HasPrefix(detail, "Correct value not found"):
		values, _ := a.lookup(ctx, name, dns.TypeTXT)
		if len(values) == 0 { // removed meanwhile
			return typed("unauthorized", http.StatusForbidden, "No TXT record found at %s", name)
		}
		first, more := values[0], ""
		if len(first) > 100 {
			first = first[:100] + "..."
		}
		if len(values) > 1 {
			more = fmt.Sprintf(" (and %d more)", len(values)-1)
		}
		return typed("unauthorized", http.StatusForbidden, "Incorrect TXT record %q%s found at %s", first, more, name)
	}
	return nil
}

// dnsFailure reads the response code out of Pebble's words.
func dnsFailure(detail, rrtype, name string) string {
	_, number, found := strings.Cut(detail, "unsuccessful response: ")
	code, err := strconv.Atoi(strings.TrimRight(number, `")`))
	if !found || err != nil {
		return fmt.Sprintf("DNS problem: query timed out looking up %s for %s", rrtype, name)
	}
	return rcodeFailure(code, rrtype, name)
}

func rcodeFailure(code int, rrtype, name string) string {
	text := fmt.Sprintf("DNS problem: %s looking up %s for %s", dns.RcodeToString[code], rrtype, name)
	switch code {
	case dns.RcodeNameError:
		text += " - check that a DNS record exists for this domain"
	case dns.RcodeServerFailure:
		text += " - the domain's nameservers may be malfunctioning"
	}
	return text
}

// rewordAddress words what HTTP-01 and TLS-ALPN-01 meet on the way to the host.
func (a *Authority) rewordAddress(ctx context.Context, c *core.Challenge, host string) *pebble.ProblemDetails {
	detail := c.Error.Detail
	where := ""
	if c.Type == pebble.ChallengeHTTP01 {
		where = "Fetching http://" + host + pebble.HTTP01BaseURL + c.Token + ": "
	}
	lower := strings.ToLower(detail)
	switch {
	case strings.Contains(lower, "resolving url"), strings.Contains(lower, "could not resolve url"):
		return typed("dns", http.StatusBadRequest, "%s", a.addressFailure(ctx, host))
	case strings.HasPrefix(detail, "Non-200 status code from HTTP: "):
		return typed("unauthorized", http.StatusForbidden, "%sInvalid response from http://%s%s%s: %s",
			a.addressPrefix(ctx, host), host, pebble.HTTP01BaseURL, c.Token, detail[strings.LastIndex(detail, " ")+1:])
	case strings.HasPrefix(detail, "The key authorization file") && strings.Contains(detail, `" != "`):
		detail = strings.Replace(detail, `this challenge "`, `this challenge. Expected "`, 1)
		return typed("unauthorized", http.StatusForbidden, "%s)", strings.Replace(detail, `" != "`, `" (got "`, 1))
	case strings.HasPrefix(detail, "Failed to connect to "):
		addresses, _ := a.lookup(ctx, host, dns.TypeA)
		return typed("connection", http.StatusBadRequest, "%s%s", a.addressPrefix(ctx, host), dialFailure(ctx, addresses))
	case strings.HasPrefix(detail, "Get "):
		return typed("connection", http.StatusBadRequest, "%s%s%s", dialed(detail), where, connectionFailure(lower))
	}
	return nil
}

// dialed is the address in a Go client's words, as a prefix.
func dialed(detail string) string {
	found := regexp.MustCompile(`dial tcp (\S+):\d+: `).FindStringSubmatch(detail)
	if found == nil {
		return ""
	}
	return strings.Trim(found[1], "[]") + ": "
}

func connectionFailure(lower string) string {
	switch {
	case strings.Contains(lower, "connection refused"):
		return "Connection refused"
	case strings.Contains(lower, "connection reset"):
		return "Connection reset by peer"
	case strings.Contains(lower, "timeout"), strings.Contains(lower, "deadline exceeded"):
		return "Timeout during connect (likely firewall problem)"
	}
	return "Error getting validation data"
}

// dialFailure connects once more: Pebble does not keep why it could not.
func dialFailure(ctx context.Context, addresses []string) string {
	if len(addresses) == 0 {
		return "Error getting validation data"
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(addresses[0], strconv.Itoa(tlsPort)))
	switch {
	case err == nil:
		_ = conn.Close()
	case errors.Is(err, syscall.ECONNREFUSED):
		return "Connection refused"
	case ctx.Err() != nil:
		return "Timeout during connect (likely firewall problem)"
	}
	return "Error getting validation data"
}

// addressFailure is why a host has no address.
func (a *Authority) addressFailure(ctx context.Context, host string) string {
	texts := make([]string, 0, 2)
	for _, rrtype := range []uint16{dns.TypeA, dns.TypeAAAA} {
		_, code := a.lookup(ctx, host, rrtype)
		name := dns.TypeToString[rrtype]
		switch {
		case code < 0:
			texts = append(texts, fmt.Sprintf("DNS problem: query timed out looking up %s for %s", name, host))
		case code != dns.RcodeSuccess:
			texts = append(texts, rcodeFailure(code, name, host))
		default:
			texts = append(texts, fmt.Sprintf("no valid %s records found for %s", name, host))
		}
	}
	return strings.Join(texts, "; ")
}

func (a *Authority) addressPrefix(ctx context.Context, host string) string {
	if addresses, _ := a.lookup(ctx, host, dns.TypeA); len(addresses) > 0 {
		return addresses[0] + ": "
	}
	return ""
}

// lookup returns the data of the records of a type, and the response code, -1 for no response.
func (a *Authority) lookup(ctx context.Context, name string, rrtype uint16) ([]string, int) {
	query := new(dns.Msg).SetQuestion(dns.Fqdn(name), rrtype)
	reply, _, err := (&dns.Client{Net: "tcp", Timeout: lookupTimeout}).ExchangeContext(ctx, query, a.resolver)
	if err != nil {
		return nil, -1
	}
	var out []string
	for _, rr := range reply.Answer {
		switch rr := rr.(type) {
		case *dns.TXT:
			out = append(out, strings.Join(rr.Txt, ""))
		case *dns.A:
			out = append(out, rr.A.String())
		case *dns.AAAA:
			out = append(out, rr.AAAA.String())
		}
	}
	return out, reply.Rcode
}
