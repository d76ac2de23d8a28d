package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

func TestStateOutlivesARestart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "world.json")
	text, stop := start(t, "--zone", "example.com", "--token", testToken, "--state", file)
	ctl := api.NewClient(printed(t, text, "control "), nil)
	_, err := ctl.PutRecord(t.Context(), "example.com", api.RecordDraft{Name: "kept", Type: "A", Content: "192.0.2.1"})
	must(t, err)
	stop()
	text, stop = start(t, "--zone", "example.com", "--token", testToken, "--state", file)
	ctl = api.NewClient(printed(t, text, "control "), nil)
	records, err := ctl.Records(t.Context(), "example.com", api.RecordFilter{})
	if err != nil || len(records) != 1 || records[0].Name != "kept.example.com" {
		t.Errorf("after a restart: %+v, %v", records, err)
	}
	stop()
	whole, err := os.ReadFile(file)
	must(t, err)
	if bytes.Contains(whole, []byte(testToken)) {
		t.Error("the file has the token")
	}
	for name, text := range map[string][]byte{
		"torn": whole[:len(whole)/2], "edited": bytes.Replace(whole, []byte("192.0.2.1"), []byte("192.0.2.2"), 1),
		"foreign": []byte(`{"kind":"other"}`), "empty": {},
	} {
		must(t, os.WriteFile(file, text, 0o600))
		err := run(t.Context(), []string{
			"--https-address", "127.0.0.1:0", "--dns-address", "127.0.0.1:0",
			"--control-address", "127.0.0.1:0", "--state", file,
		}, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s file: %v", name, err)
		}
		if left, readErr := os.ReadFile(file); readErr != nil || !bytes.Equal(left, text) {
			t.Errorf("%s file was changed (%v)", name, readErr)
		}
	}
}

// FuzzState: a state file of any content is read or refused, never more.
func FuzzState(f *testing.F) {
	store := zone.New(zone.Options{})
	if _, err := store.AddZone(api.Zone{Name: "example.com"}); err != nil {
		f.Fatal(err)
	}
	state, _ := store.Snapshot()
	file := filepath.Join(f.TempDir(), "state.json")
	if err := saveState(file, state); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"version":1,"zones":[{"zone":{"name":"x.test"},"records":[null]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := readState(text); err == nil && !bytes.Equal(text, good) {
			t.Logf("another file with a digest that fits: %q", text)
		}
		var state zone.State
		if json.Unmarshal(text, &state) == nil {
			_ = zone.New(zone.Options{}).Restore(&state) // refused or taken
		}
	})
}
