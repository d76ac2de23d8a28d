package facts

import (
	"testing"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The proof is requested of a pending HTTP-01 challenge of the host, and of no other.
func TestProofURL(t *testing.T) {
	t.Parallel()
	gone := meta.Now()
	for name, tc := range map[string]struct {
		change func(*acme.Challenge)
		want   string
	}{
		"pending":       {func(*acme.Challenge) {}, "http://a.example/.well-known/acme-challenge/tok"},
		"by DNS-01":     {func(c *acme.Challenge) { c.Spec.Type = acme.ACMEChallengeTypeDNS01 }, ""},
		"of another":    {func(c *acme.Challenge) { c.Spec.DNSName = "b.example" }, ""},
		"valid":         {func(c *acme.Challenge) { c.Status.State = acme.Valid }, ""},
		"being deleted": {func(c *acme.Challenge) { c.DeletionTimestamp = &gone }, ""},
	} {
		ch := acme.Challenge{}
		ch.Spec.Type, ch.Spec.DNSName, ch.Spec.Token = acme.ACMEChallengeTypeHTTP01, "a.example", "tok"
		ch.Status.State = acme.Pending
		tc.change(&ch)
		c := &collection{s: &Snapshot{Challenges: []acme.Challenge{ch}}}
		if got := c.proofURL("a.example"); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}
