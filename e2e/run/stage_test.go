package run

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadStage(t *testing.T) {
	dir := t.TempDir()
	stage := Stage{Root: "/r", Bundle: "/b", Apps: "/a", Kubeconfig: "/k", Engine: "/usr/bin/podman", Node: "n", Stuck: "stage x"}
	raw, err := json.Marshal(stage)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "whole.json"), string(raw))
	write(t, filepath.Join(dir, "torn.json"), string(raw[:len(raw)/2]))
	write(t, filepath.Join(dir, "empty.json"), "")
	for _, c := range []struct {
		name, file string
		want       Stage
		there      bool
		err        string
	}{
		{"nothing to judge", "", Stage{}, false, ""},
		{"a stage", "whole.json", stage, true, ""},
		{"a file that is missing", "none.json", Stage{}, true, "read the stage"},
		{"a file that was cut off", "torn.json", Stage{}, true, "torn.json"},
		{"an empty file", "empty.json", Stage{}, true, "empty.json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := c.file
			if file != "" {
				file = filepath.Join(dir, file)
			}
			t.Setenv(StageVariable, file)
			got, there, err := ReadStage()
			if there != c.there || (err == nil) != (c.err == "") || !strings.Contains(message(err), c.err) {
				t.Errorf("there %t, %v, want %t and an error with %q", there, err, c.there, c.err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("stage (-want +got):\n%s", diff)
			}
		})
	}
}

// TestExecOnTheNode runs through an engine that prints what it is told.
func TestExecOnTheNode(t *testing.T) {
	t.Parallel()
	engine := filepath.Join(t.TempDir(), "engine")
	if err := os.WriteFile(engine, []byte("#!/bin/sh\nif [ \"$4\" = false ]; then echo no such table >&2; exit 3; fi\nprintf '%s|' \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	s := Stage{Engine: engine, Node: "edgeproof-control-plane"}
	out, err := s.Exec(t.Context(), "nft", "list", "a b")
	if want := "exec|--privileged|edgeproof-control-plane|nft|list|a b|"; err != nil || string(out) != want {
		t.Errorf("%q, %v, want %q", out, err, want)
	}
	_, err = s.Exec(t.Context(), "false", "x")
	if want := "on node edgeproof-control-plane: false x: exit status 3: no such table"; message(err) != want {
		t.Errorf("%q, want %q", message(err), want)
	}
}
