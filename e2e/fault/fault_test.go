package fault_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/fault"
)

const whole = `id: some-fault
pattern: FP-2
layer: routing
title: something is broken
story: Somebody breaks something and people see it.
route: before
inject:
  - restart: {namespace: "${namespace}", name: a}
red: {DW-4: "${host}"}
green: [DW-1]
`

func TestTheProjectsFaults(t *testing.T) {
	t.Parallel()
	faults, err := fault.Load(filepath.Join("..", "..", "fixtures", "faults"))
	if err != nil {
		t.Fatal(err)
	}
	variables := map[string]string{
		"id": "i", "namespace": "n", "host": "h.example", "zone": "example", "credential_namespace": "c",
		"credential_secret": "s", "production_issuer": "p", "external_dns": "e",
	}
	for _, f := range faults {
		filled, err := f.Fill(variables)
		if err != nil {
			t.Errorf("%s: %v", f.ID, err)
		}
		for id, text := range filled.Red {
			if strings.Contains(text, "${") {
				t.Errorf("%s: red.%s still has a variable: %s", f.ID, id, text)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	if _, err := fault.Parse([]byte(whole)); err != nil {
		t.Fatalf("the whole fault is refused: %v", err)
	}
	for change, want := range map[[2]string]string{
		{"id: some-fault", "id: Some_Fault"}:                            "id \"Some_Fault\": give a DNS label",
		{"story: Somebody breaks something and people see it.", ""}:     "story: give one sentence",
		{"title: something is broken", ""}:                              "title: missing",
		{"layer: routing", "layer: moon"}:                               "layer \"moon\"",
		{"FP-2", "FP-99"}:                                               "criterion \"FP-99\": unknown",
		{"green: [DW-1]", "green: [DW-4]"}:                              "green: DW-4 is also red",
		{`red: {DW-4: "${host}"}`, ""}:                                  "red: no criterion",
		{`"${host}"`, `""`}:                                             "red.DW-4: give a text",
		{"route: before", "route: after"}:                               "route \"after\"",
		{"restart: {namespace: \"${namespace}\", name: a}", "{}"}:       "inject[0]: give exactly one",
		{"title:", "titel:"}:                                            "unknown field",
		{"  - restart: {namespace: \"${namespace}\", name: a}", "  []"}: "inject: no action",
	} {
		_, err := fault.Parse([]byte(strings.Replace(whole, change[0], change[1], 1)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q for %q: error %v, want one with %q", change[1], change[0], err, want)
		}
	}
}

func TestLoadHoldsFoldersAgainstFields(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ at, want string }{
		"layer":   {"dns/some-fault", `layer "routing": the folder lies in "dns"`},
		"id":      {"routing/other", `id "some-fault": is not the folder's name`},
		"nothing": {"", "no fault.yaml below"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if c.at != "" {
				if err := os.MkdirAll(filepath.Join(dir, c.at), 0o750); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, c.at, "fault.yaml"), []byte(whole), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := fault.Load(dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Load = %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestFillRefusesAnUnknownVariable(t *testing.T) {
	t.Parallel()
	f, err := fault.Parse([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Fill(map[string]string{"namespace": "n"}); err == nil || !strings.Contains(err.Error(), "some-fault") {
		t.Errorf("Fill without host = %v, want an error that names the fault", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("inject: [{}]"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got, err := fault.Parse(raw); err == nil && (got.ID == "" || len(got.Inject) == 0 || len(got.Red) == 0) {
			t.Errorf("an incomplete fault was accepted: %+v", got)
		}
	})
}
