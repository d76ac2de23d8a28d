package certificate

import (
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const caaForbids diagnose.Code = "caa-forbids"

func caaForbidsRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     caaForbids,
		Meaning:  "a CAA record does not allow the CA to issue (RFC 8659)",
		Evidence: "urn:ietf:params:acme:error:caa, or SERVFAIL looking up CAA",
		Remedy:   "allow the CA in the CAA record",
		Find:     findCAA,
	}}
}

func findCAA(r *diagnose.Route) []diagnose.Finding {
	s, ok := said(r, "urn:ietf:params:acme:error:caa", "prevents issuance", "SERVFAIL looking up CAA")
	if !ok {
		return nil
	}
	at, allowed, known := authorizations(r)
	if _, waits := backingOff(r); waits && known && !forbids(allowed) && !strings.Contains(s.text, "SERVFAIL") {
		return nil // corrected: what is left is the back-off
	}
	evidence := []diagnose.Evidence{s.evidence()}
	summary := "a CAA record does not allow the CA to issue for " + r.Host
	if named := caaNamed(s.text); named != "" && named != at {
		if slices.Contains(r.Answers.Resolver.Names, named) || slices.Contains(r.Answers.Authority.Names, named) {
			summary += ": that of " + named + ", of which the host is an alias"
			evidence = append(evidence, diagnose.Fact("DNS resolver", "%s is an alias of %s", r.Host, named))
		}
		at, allowed = named, nil
	}
	if len(allowed) > 0 {
		evidence = append(evidence, diagnose.Fact("record "+at+" CAA", "%s", diagnose.List(allowed)))
	}
	return diagnose.One("record "+at+" CAA", summary, diagnose.Remedy{
		Text: "allow the CA in the CAA record",
		Command: `curl -fsS -X POST -H "Authorization: Bearer $CF_API_TOKEN" "https://api.cloudflare.com/client/v4/zones/$ZONE_ID/dns_records" ` +
			`--json '{"type":"CAA","name":"` + at + `","data":{"flags":0,"tag":"issue","value":"letsencrypt.org"}}'`,
	}, evidence...)
}

// caaNamed is the name whose CAA record Let's Encrypt says to forbid it: "CAA record for example.org prevents
// issuance".
func caaNamed(text string) string {
	_, rest, ok := strings.Cut(text, "CAA record for ")
	if !ok {
		return ""
	}
	name, _, ok := strings.Cut(rest, " prevents issuance")
	if !ok || strings.Contains(name, " ") {
		return ""
	}
	return strings.TrimSuffix(strings.ToLower(name), ".")
}

// authorizations are the CAA records that hold for the host, and the name that has them: the closest that has any
// (RFC 8659 section 3).
func authorizations(r *diagnose.Route) (at string, values []string, known bool) {
	host := strings.TrimPrefix(r.Host, "*.")
	if d, ok := r.Index.Snapshot.Domains[r.Host]; ok && d.Error == "" {
		if at = d.CAAAt; at == "" {
			at = host
		}
		return at, d.CAA, true
	}
	if r.Zone == nil || !r.Index.Looked(facts.Provider, r.Zone.Name) {
		return host, nil, false
	}
	for at = host; ; {
		for _, rec := range r.Index.Records[at] {
			if rec.Type == "CAA" {
				values = append(values, rec.Content)
			}
		}
		_, parent, _ := strings.Cut(at, ".")
		if len(values) > 0 || at == r.Zone.Name {
			return at, values, true
		}
		at = parent
	}
}

// forbids reports whether CAA records keep Let's Encrypt out: property names and the issuer's domain are without
// case.
func forbids(values []string) bool {
	limited := false
	for _, value := range values {
		words := strings.Fields(strings.ToLower(value))
		if len(words) < 3 || words[1] != "issue" {
			continue
		}
		limited = true
		if strings.HasPrefix(strings.Trim(words[2], `"`), "letsencrypt.org") {
			return false
		}
	}
	return limited
}
