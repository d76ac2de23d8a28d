package acme

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	pebble "github.com/letsencrypt/pebble/v2/acme"
	"github.com/miekg/dns"
)

// caaTimeout bounds the questions for one order.
const caaTimeout = 10 * time.Second

// checkCAA refuses to finalize an order of which a name forbids this authority
// (RFC 8659), as Let's Encrypt does and Pebble does not. Let's Encrypt looks when
// it validates, and again here; this authority looks here only.
func (a *Authority) checkCAA(ctx context.Context, orderID string) *pebble.ProblemDetails {
	order := a.store.GetOrderByID(orderID)
	if order == nil {
		return nil // Pebble knows the words
	}
	if status, err := order.GetStatus(); err != nil || status != pebble.StatusReady {
		return nil // so here
	}
	ctx, cancel := context.WithTimeout(ctx, caaTimeout)
	defer cancel()
	order.RLock()
	identifiers := order.Identifiers
	order.RUnlock()
	for _, id := range identifiers {
		if id.Type != pebble.IdentifierDNS {
			continue
		}
		if err := a.permitted(ctx, id.Value); err != nil {
			refusal := &pebble.ProblemDetails{
				Type: "urn:ietf:params:acme:error:caa", HTTPStatus: http.StatusForbidden,
				Detail: fmt.Sprintf("Error finalizing order :: While processing CAA for %s: %v", id.Value, err),
			}
			order.Lock()
			order.Error = refusal // the order is invalid from here on (RFC 8555 section 7.1.6)
			order.Unlock()
			return refusal
		}
	}
	return nil
}

// permitted climbs from the name towards the root: the closest CAA records count (RFC 8659 section 3).
func (a *Authority) permitted(ctx context.Context, name string) error {
	base, wildcard := strings.CutPrefix(name, "*.")
	for at := dns.Fqdn(base); at != "."; {
		records, err := a.lookupCAA(ctx, at)
		if err != nil {
			return err
		}
		if len(records) > 0 {
			return judge(records, wildcard, strings.TrimSuffix(at, "."))
		}
		next, end := dns.NextLabel(at, 0)
		if end {
			break
		}
		at = at[next:]
	}
	return nil
}

func (a *Authority) lookupCAA(ctx context.Context, name string) ([]*dns.CAA, error) {
	query := new(dns.Msg).SetQuestion(name, dns.TypeCAA)
	reply, _, err := (&dns.Client{Net: "tcp", Timeout: caaTimeout}).ExchangeContext(ctx, query, a.resolver)
	if err != nil {
		return nil, fmt.Errorf("DNS problem: query timed out looking up CAA for %s", strings.TrimSuffix(name, "."))
	}
	if reply.Rcode != dns.RcodeSuccess && reply.Rcode != dns.RcodeNameError {
		return nil, fmt.Errorf(
			"DNS problem: %s looking up CAA for %s",
			dns.RcodeToString[reply.Rcode],
			strings.TrimSuffix(name, "."),
		)
	}
	var records []*dns.CAA
	for _, rr := range reply.Answer {
		if caa, ok := rr.(*dns.CAA); ok {
			records = append(records, caa)
		}
	}
	return records, nil
}

// judge applies one set of CAA records: RFC 8659 section 4.
func judge(records []*dns.CAA, wildcard bool, at string) error {
	const critical = 128
	var issue, issueWild []string
	for _, r := range records {
		switch strings.ToLower(r.Tag) {
		case "issue":
			issue = append(issue, r.Value)
		case "issuewild":
			issueWild = append(issueWild, r.Value)
		case "iodef", "contactemail", "contactphone", "issuemail", "issuevmc":
		default:
			if r.Flag&critical != 0 {
				return fmt.Errorf("CAA record for %s has the unknown critical tag %q", at, r.Tag)
			}
		}
	}
	rules := issue
	if wildcard && len(issueWild) > 0 {
		rules = issueWild
	}
	if len(rules) == 0 {
		return nil
	}
	for _, value := range rules {
		domain, _, _ := strings.Cut(value, ";")
		if strings.EqualFold(strings.TrimSpace(domain), caaIdentity) {
			return nil
		}
	}
	return fmt.Errorf("CAA record for %s prevents issuance", at)
}

// refuse answers with a problem, and a nonce as RFC 8555 section 6.5 wants.
func (a *Authority) refuse(ctx context.Context, w http.ResponseWriter, p *pebble.ProblemDetails) {
	body, err := json.Marshal(p)
	if err != nil {
		body = []byte(`{}`)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Replay-Nonce", a.Nonce(ctx))
	w.WriteHeader(p.HTTPStatus)
	_, _ = w.Write(body) // the client is gone
}
