package server_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

func TestProfiles(t *testing.T) {
	t.Parallel()
	c := client(t, internet(t))
	must(t, c.SetProfiles(t.Context(), "staging", api.Profiles{Offered: []string{"tlsserver", "shortlived"}}))
	for authority, want := range map[string]api.Profiles{
		"staging":    {Offered: []string{"shortlived", "tlsserver"}, Default: "tlsserver"},
		"production": {Offered: []string{"classic", "shortlived", "tlsserver"}, Default: "classic"},
	} {
		got, err := c.Profiles(t.Context(), authority)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", authority, diff)
		}
	}
	must(t, c.SetProfiles(t.Context(), "staging", api.Profiles{}))
	refused(t, c.SetProfiles(t.Context(), "staging", api.Profiles{Offered: []string{"tlsclient"}}), 400, api.CodeInvalid)
	refused(t, c.SetProfiles(t.Context(), "staging", api.Profiles{Offered: []string{"classic"}, Default: "shortlived"}),
		400, api.CodeInvalid)
	refused(t, c.SetProfiles(t.Context(), "other", api.Profiles{}), 404, api.CodeNotFound)
	_, err := c.Profiles(t.Context(), "other")
	refused(t, err, 404, api.CodeNotFound)
}
