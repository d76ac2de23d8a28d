package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "edge.json")
	write(t, file, `{"apiVersion": "edgeproof/v1alpha1", "time": "2026-03-01T12:00:00Z", "ms": 1, "parts": ["ingresses", "secrets"], "ingresses": [
		{"metadata": {"namespace": "develop", "name": "frontend"}, "spec": {"rules": [{"host": "develop.safeops.work"}]}}]}`)
	for name, c := range map[string]struct {
		args   []string
		code   int
		stdout string
		stderr string
	}{
		"a snapshot": {
			[]string{"develop.safeops.work", "--snapshot", file},
			1,
			"develop.safeops.work (Ingress develop/frontend)", "",
		},
		"as JSON": {[]string{"--all", "--snapshot", file, "-o", "json"}, 1, `"kind": "Explanation"`, ""},
		"an unknown host": {
			[]string{"develop.safeops.wrk", "--snapshot", file},
			2, "",
			"no route has this host; give a host or an object of: develop.safeops.work",
		},
		"an unknown kind": {
			[]string{"--all", "--snapshot", file, "--fail-on=age"},
			2, "",
			"--fail-on=age is unknown; use eol, advisory",
		},
		"an unknown output": {
			[]string{"--all", "-o", "yaml"},
			2, "",
			`output format "yaml" is unknown; use text, json, html, markdown`,
		},
		"no cluster":          {[]string{"--all"}, 2, "", "give --kubeconfig FILE"},
		"a flag of another":   {[]string{"--all", "--cluster", "x"}, 2, "", "unknown flag: --cluster"},
		"two hosts":           {[]string{"a.b", "c.d"}, 2, "", "accepts at most 1 arg"},
		"a time that is none": {[]string{"--all", "--timeout", "soon"}, 2, "", "invalid argument"},
	} {
		got := edgeproof(t, append([]string{"explain"}, c.args...)...)
		if got.code != c.code || !strings.Contains(got.stdout, c.stdout) || !strings.Contains(got.stderr, c.stderr) ||
			(c.stderr == "") != (got.stderr == "") || got.asked != "" {
			t.Errorf("%s: %+v, want status %d, %q and %q", name, got, c.code, c.stdout, c.stderr)
		}
		if strings.Contains(got.stdout, "\x1b") {
			t.Errorf("%s: colours go to a pipe: %q", name, got.stdout)
		}
	}
}

func TestAsAPluginOfKubectl(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--help"}, {"explain", "--help"}, {"test", "--help"}, {"gate", "verify", "--help"}} {
		plugin, own := called(t, "kubectl-edgeproof", args...), edgeproof(t, args...)
		if plugin.code != 0 || !strings.Contains(plugin.stdout, "Examples:\n  kubectl edgeproof ") ||
			strings.Contains(plugin.stdout, "\n  edgeproof ") ||
			!strings.Contains(plugin.stdout, "Usage:\n  kubectl edgeproof ") {
			t.Errorf("kubectl edgeproof %v: %+v", args, plugin)
		}
		if strings.Contains(own.stdout, "kubectl edgeproof") {
			t.Errorf("edgeproof %v speaks of kubectl edgeproof: %s", args, own.stdout)
		}
	}
}
