package certificate

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const acmeConnection diagnose.Code = "acme-connection"

func acmeConnectionRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    acmeConnection,
		Meaning: "the CA does not reach the host on port 80 to fetch the proof of HTTP-01",
		Evidence: "urn:ietf:params:acme:error:connection, such as `Timeout during connect (likely firewall problem)`, with " +
			"the address that the CA tried: one of IPv6 where the host has any",
		Remedy: "open port 80 to the internet, or remove the address that leads nowhere",
		Find:   findAcmeConnection,
	}}
}

func findAcmeConnection(r *diagnose.Route) []diagnose.Finding {
	s, ok := said(r, "urn:ietf:params:acme:error:connection")
	if !ok {
		return nil
	}
	_, detail, _ := strings.Cut(s.text, "urn:ietf:params:acme:error:connection: ")
	tried, why := "an address of the host", detail
	address, rest, _ := strings.Cut(detail, ": Fetching ")
	at, err := netip.ParseAddr(strings.TrimSpace(address))
	if err == nil {
		tried = at.String()
		if _, why, _ = strings.Cut(rest, ": "); why == "" {
			why = rest
		}
	}
	object, remedy := "address "+tried, look(r, "open port 80 to the internet up to the ingress controller: the CA tells "+
		"no addresses to allow")
	if err == nil && at.Is6() {
		object = "record " + r.Host + " AAAA"
		remedy = diagnose.Remedy{
			Text: "make the address of IPv6 serve the host, or remove the AAAA record: the CA prefers it",
		}
		for _, rec := range r.Records {
			if rec.Type == "AAAA" && rec.Content == address {
				remedy = diagnose.Drop(remedy.Text, rec)
			}
		}
	}
	return diagnose.One(object, fmt.Sprintf("the CA does not reach %s on port 80: %s", tried, diagnose.Short(why)), remedy,
		s.evidence())
}
