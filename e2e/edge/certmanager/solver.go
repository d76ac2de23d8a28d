package certmanager

import (
	"slices"
	"strings"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	"github.com/miekg/dns"
)

// SolverLabel is "true" on pods, Services and routes that answer an HTTP-01 challenge.
const SolverLabel = "acme.cert-manager.io/http01-solver"

// Pick is the solver that an issuer uses for a name, a wildcard with its "*.", and an order with labels; nil when
// none fits. One that names the name goes before one of its zone, a longer zone before a shorter one, more labels
// before fewer, and of equals the first (pkg/util/solverpicker).
func Pick(solvers []acme.ACMEChallengeSolver, name string, labels map[string]string) *acme.ACMEChallengeSolver {
	var best *acme.ACMEChallengeSolver
	var most [3]int
	for i := range solvers {
		s := &solvers[i]
		if s.DNS01 == nil && (s.HTTP01 == nil || strings.HasPrefix(name, "*.")) { // HTTP-01 proves no wildcard
			continue
		}
		weight, fits := weigh(s.Selector, name, labels)
		if fits && (best == nil || slices.Compare(weight[:], most[:]) > 0) {
			best, most = s, weight
		}
	}
	return best
}

// weigh is how exactly a selector fits: by name, by labels of the zone, by labels of the object.
func weigh(sel *acme.CertificateDNSNameSelector, name string, labels map[string]string) (weight [3]int, fits bool) {
	if sel == nil {
		return weight, true
	}
	for key, value := range sel.MatchLabels {
		if got, ok := labels[key]; !ok || got != value {
			return weight, false
		}
	}
	weight[2] = len(sel.MatchLabels)
	if len(sel.DNSNames) > 0 {
		if !slices.Contains(sel.DNSNames, name) {
			return weight, false
		}
		weight[0] = 1
	}
	for _, zone := range sel.DNSZones {
		if n := dns.CountLabel(zone); dns.CompareDomainName(zone, name) == n {
			weight[1] = max(weight[1], n)
		}
	}
	return weight, len(sel.DNSZones) == 0 || weight[1] > 0
}

// Credential is what a solver of Cloudflare authenticates with: an entry of a Secret, in the namespace of an Issuer
// or in that which cert-manager keeps for ClusterIssuers.
type Credential struct {
	Secret, Key string
	// Global says that it is a user's global key, of the user with the e-mail address.
	Global bool
	Email  string
}

// Credentials lists the credentials of an issuer's solvers, once each. A token goes before a key.
func Credentials(issuer *acme.ACMEIssuer) []Credential {
	if issuer == nil {
		return nil
	}
	var out []Credential
	for _, solver := range issuer.Solvers {
		c, ok := CredentialOf(&solver)
		if ok && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// CredentialOf is the credential of one solver; false when it is not of Cloudflare, names none, or is nil.
func CredentialOf(s *acme.ACMEChallengeSolver) (Credential, bool) {
	if s == nil || s.DNS01 == nil || s.DNS01.Cloudflare == nil {
		return Credential{}, false
	}
	config := s.DNS01.Cloudflare
	switch {
	case config.APIToken != nil:
		return Credential{Secret: config.APIToken.Name, Key: config.APIToken.Key}, true
	case config.APIKey != nil:
		return Credential{Secret: config.APIKey.Name, Key: config.APIKey.Key, Global: true, Email: config.Email}, true
	}
	return Credential{}, false
}
