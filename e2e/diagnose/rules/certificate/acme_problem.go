package certificate

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

const acmeProblem diagnose.Code = "acme-problem"

func acmeProblemRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: acmeProblem,
		Meaning: "the ACME server refuses a request with a problem that no more specific code explains (RFC 8555 " +
			"section 6.7)",
		Evidence: "any other urn:ietf:params:acme:error type in the issuer, the Order, the Challenge or cert-manager's " +
			"log: " +
			"badCSR, externalAccountRequired, dns, tls, serverInternal …",
		Remedy: "by the type of the problem; the server's own words are quoted",
		After: []diagnose.Code{
			acmeContact, acmeKey, rateLimited, rejected, caaForbids, secondary, servfail, wrongTXT, acmeConnection,
			acmeProfile, proofRefused, externalIssuer, acmeUnreachable,
		},
		Find: findAcmeProblem,
	}}
}

// problem is what a type of problem means, and what to do.
type problem struct{ meaning, remedy string }

// problems are the types of RFC 8555 section 6.7, RFC 9773 and the CA's own, in the words of a diagnosis.
func problems() map[cm.Problem]problem {
	return map[cm.Problem]problem{
		"alreadyReplaced": {
			"the certificate was replaced by an earlier order already",
			"request the certificate again",
		},
		"badCSR": {
			"the CA does not accept the certificate request",
			"change the Certificate's key or names",
		},
		"badNonce":              {"the CA did not accept a nonce", "wait: cert-manager tries again"},
		"badPublicKey":          {"the CA does not accept the account's key", "change the issuer's account key"},
		"badSignatureAlgorithm": {"the CA does not accept the account key's algorithm", "change the issuer's account key"},
		"dns":                   {"the CA cannot resolve the name", "make the name servers answer for it"},
		"externalAccountRequired": {
			"the CA requires an account of its own to be bound",
			"set externalAccountBinding in the issuer",
		},
		"incorrectResponse": {"the CA met another proof than it expects", "request the certificate again"},
		"malformed": {"the CA does not understand the request", "check names and issuer, and " +
			"cert-manager's version"},
		"orderNotReady":  {"the order was finalized before it was ready", "wait: cert-manager tries again"},
		"serverInternal": {"the CA fails by itself", "wait, and look at the CA's status page"},
		"tls": {"the CA met a TLS error at the host", "look at the certificate of the redirect's " +
			"target"},
		"unauthorized":          {"the CA does not allow it", "read its words"},
		"unsupportedIdentifier": {"the CA does not issue for identifiers of this type", "request names that it issues for"},
		"userActionRequired":    {"the CA wants its user to do something first", "follow the link in its words"},
	}
}

func findAcmeProblem(r *diagnose.Route) []diagnose.Finding {
	if !r.Unexplained(diagnose.Certificate) {
		return nil
	}
	s, ok := complaint(r, "urn:ietf:params:acme:error:")
	if !ok {
		if s, ok = logged(r); !ok {
			return nil
		}
	}
	kind := cm.ProblemIn(s.text)
	p, known := problems()[kind]
	if ended(r, kind) || s.source == r.Issuer.String() && (!known || kind == "serverInternal") {
		return nil // the issuer's condition says it all
	}
	if !known {
		p = problem{"the ACME server refuses it", "read its words"}
	}
	_, words, _ := strings.Cut(s.text, kind.URN()+": ")
	object := orderOrIssuer(r)
	if strings.HasPrefix(s.source, "Challenge") || strings.HasPrefix(s.source, "Order") {
		object = s.source
	}
	return diagnose.One(object, fmt.Sprintf("%s (%s): %s", p.meaning, kind, diagnose.Short(words)),
		renew(r, p.remedy), s.evidence())
}

// ended reports whether the problem is for the back-off: a limit that is left of an earlier failure, or a renewal that
// failed while the certificate still serves.
func ended(r *diagnose.Route, kind cm.Problem) bool {
	if cm.True(r.Certificate, ready) {
		return true
	}
	_, waits := backingOff(r)
	return waits && (kind == cm.RateLimited || kind == cm.CAA || kind == cm.Unauthorized)
}

// logged is the newest line of cert-manager's log with a problem of the order, which says nothing itself while
// cert-manager tries again.
func logged(r *diagnose.Route) (saying, bool) {
	if r.Order == nil || r.Order.Status.URL != "" || !cm.Unsettled(r.Certificate) {
		return saying{}, false
	}
	for i := len(r.Index.CertManager.Log) - 1; i >= 0; i-- {
		l := &r.Index.CertManager.Log[i]
		text := cmp.Or(l.Fields["err"], l.Fields["error"])
		if !strings.Contains(text, "urn:ietf:params:acme:error:") || l.Time.Before(r.Order.CreationTimestamp.Time) {
			continue
		}
		for _, value := range l.Fields { // key=develop/frontend-tls-1-1, or resource_name
			if strings.HasSuffix(value, r.Order.Name) {
				return saying{"log cert-manager", l.String() + ": " + text}, true
			}
		}
	}
	return saying{}, false
}

func orderOrIssuer(r *diagnose.Route) string {
	if r.Order != nil {
		return orderName(r.Order)
	}
	return r.Issuer.String()
}
