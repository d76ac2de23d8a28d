package main

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// TestAllAtOnce uses every part at the same time, with the state file written behind it: under the race detector
// there is no data race, no client gets a server error, and a reset restores the state at the start.
func TestAllAtOnce(t *testing.T) {
	t.Parallel()
	text, stop := start(t, "--zone", "example.com=pro", "--token", testToken, "--state",
		filepath.Join(t.TempDir(), "world.json"),
		"--secondary-dns-address", "127.0.0.1:0", "--secondary-lag", "20ms")
	ctl := api.NewClient(printed(t, text, "control "), nil)
	roots, err := ctl.Roots(t.Context())
	must(t, err)
	client := named(t, printed(t, text, "https "), roots.Web)
	_, second, _ := strings.Cut(text, "dns ")
	servers := []string{printed(t, text, "dns "), printed(t, second, "dns ")}
	zones, err := ctl.Zones(t.Context())
	must(t, err)
	records := "https://api.cloudflare.com/client/v4/zones/" + zones[0].ID.String() + "/dns_records"
	send := func(method, url, body string) error {
		req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "Bearer "+testToken)
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		answer, err := io.ReadAll(resp.Body)
		if err == nil && resp.StatusCode >= http.StatusInternalServerError {
			err = fmt.Errorf("%s %s: HTTP %d %s", method, url, resp.StatusCode, answer)
		}
		return err
	}
	status := []api.ZoneStatus{api.ZoneActive, api.ZonePending}
	var all sync.WaitGroup
	for name, act := range map[string]func(i int) error{
		"create": func(i int) error {
			return send(http.MethodPost, records, fmt.Sprintf(`{"name":"n%d","type":"A","content":"192.0.2.%d"}`, i%9, i))
		},
		"batch": func(i int) error {
			return send(http.MethodPost, records+"/batch", fmt.Sprintf(`{"posts":[{"name":"b%d","type":"TXT","content":"x"},{"name":"b%d.c","type":"A","content":"192.0.2.1"}]}`, i, i))
		},
		"list": func(i int) error {
			return send(http.MethodGet, fmt.Sprintf("%s?page=%d&per_page=5&match=any&name.startswith=n&type=TXT", records,
				i%3+1), "")
		},
		"ask": func(i int) error {
			query := new(mdns.Msg).SetQuestion(fmt.Sprintf("n%d.example.com.", i%9), mdns.TypeA)
			_, _, err := (&mdns.Client{Timeout: 5 * time.Second}).ExchangeContext(t.Context(), query, servers[i%2])
			return err
		},
		"break": func(i int) error {
			id := fmt.Sprintf("f%d", i)
			if _, err := ctl.AddFault(t.Context(), api.FaultRule{
				ID: id, HTTP: &api.HTTPMatch{Contains: "n3"},
				Do: api.Effect{Status: 403, Code: 10000}, Probability: 0.5,
			}); err != nil {
				return err
			}
			_, err := ctl.ClearFault(t.Context(), id)
			return err
		},
		"steer": func(i int) error {
			if _, err := ctl.PatchZone(t.Context(), "example.com", api.ZonePatch{Status: &status[i%2]}); err != nil {
				return err
			}
			return ctl.SetDelays(t.Context(), []api.Delay{{Type: "A", Seconds: float64(i%2) / 100}})
		},
		"limit": func(i int) error { return ctl.SetLimit(t.Context(), api.Limit{Requests: 1000 * (i % 2)}) },
		"watch": func(int) error {
			_, err := ctl.Journal(t.Context(), api.JournalFilter{Source: api.SourceAPI, Limit: 10})
			return err
		},
	} {
		all.Go(func() {
			for i := range 40 {
				if err := act(i); err != nil {
					t.Errorf("%s %d: %v", name, i, err)
					return
				}
			}
		})
	}
	all.Wait()
	must(t, ctl.Reset(t.Context()))
	c, err := ctl.Counters(t.Context())
	if err != nil || c.Zones != 1 || c.Records != 0 || c.Tokens != 1 {
		t.Errorf("after reset: %+v, %v", c, err)
	}
	stop()
}
