package dns_test

import (
	"strings"
	"testing"

	"github.com/cert-manager/cert-manager/pkg/issuer/acme/dns/util"

	"github.com/edgeproof/edgeproof/mocks/dns"
)

// TestCertManagersSelfCheck runs cert-manager's own code against the server: the
// walk up to the SOA, the chase of CNAMEs, and the look for the TXT record. Its
// last step, each name server at port 53, needs the cluster.
func TestCertManagersSelfCheck(t *testing.T) {
	t.Parallel()
	store, _, o := world(t)
	z := store.ZonesNamed("example.com")[0]
	servers := []string{serve(t, dns.New(o), dns.Listener{})}
	for fqdn, want := range map[string]string{
		"_acme-challenge.deep.www.example.com.": "example.com.",
		"_acme-challenge.example.com.":          "example.com.",
		"alias.example.com.":                    "example.com.", // a CNAME has no SOA of its own
		"_acme-challenge.www.other.test.":       "other.test.",
	} {
		got, err := util.FindZoneByFqdn(t.Context(), fqdn, servers)
		if err != nil || got != want {
			t.Errorf("zone of %s: %q, %v", fqdn, got, err)
		}
	}
	if got, err := util.FindZoneByFqdn(t.Context(), "www.stranger.test.", servers); err == nil {
		t.Errorf("zone of a stranger: %q", got)
	}
	const fqdn, proof = "_acme-challenge.www.example.com.", "the-proof-of-43-characters-that-acme-wants-"
	check := func(name string) bool {
		t.Helper()
		found, err := util.PreCheckDNS(t.Context(), name, proof, servers, false)
		if err != nil {
			t.Errorf("self-check of %s: %v", name, err)
		}
		return found
	}
	if check(fqdn) {
		t.Error("the proof is there before it was written")
	}
	add(t, store, z, "_acme-challenge.www TXT plain another-proof", "_acme-challenge.www TXT plain "+proof,
		"_acme-challenge.far CNAME plain "+strings.TrimSuffix(fqdn, "."))
	if !check(fqdn) || !check("_acme-challenge.far.example.com.") {
		t.Error("the proof is not found")
	}
}
