package fault_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/fixtures"
)

const whole = `id: some-fault
pattern: FP-2
layer: routing
title: something is broken
story: Somebody breaks something and people see it.
route: before
application: own
within: at-once
inject:
  - restart: {namespace: "${namespace}", name: a}
expect:
  causes: [{code: backend-no-endpoints, layer: routing, object: "Service ${namespace}/frontend"}]
  clear: [dns]
  blocked: [certificate]
red: {DW-4: "${host}"}
green: [DW-1]
`

func TestTheProjectsFaults(t *testing.T) {
	t.Parallel()
	faults, err := fault.Load(fixtures.Sub("faults"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		if _, err := f.Fill(variables()); err != nil {
			t.Errorf("%s: %v", f.ID, err)
		}
		for _, c := range f.Expect.Causes {
			// unattributed is of any
			if entry, known := rules.Describe(c.Code); !known || entry.Layer != "" && entry.Layer != c.Layer {
				t.Errorf("%s: expects %s of layer %s, the vocabulary has %q of layer %q", f.ID, c.Code, c.Layer, entry.Code,
					entry.Layer)
			}
		}
		for _, code := range f.Expect.Notes {
			if _, known := rules.Describe(code); !known {
				t.Errorf("%s: expects the note %s, which is not in the vocabulary", f.ID, code)
			}
		}
	}
}

// variables are the names that the suite fills in; see the README of the faults.
func variables() map[string]string {
	out := map[string]string{}
	for _, name := range []string{
		"id", "namespace", "host", "zone", "address", "owner", "ownership_record", "credential_namespace",
		"credential_secret", "credential_key",
		"production_issuer", "staging_issuer", "external_dns", "controller_namespace", "controller",
	} {
		out[name] = "x"
	}
	return out
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	if _, err := fault.Parse([]byte(whole)); err != nil {
		t.Fatalf("the whole fault is refused: %v", err)
	}
	const action = "restart: {namespace: \"${namespace}\", name: a}"
	for change, want := range map[[2]string]string{
		{"id: some-fault", "id: Some_Fault"}:                        "id \"Some_Fault\": give a DNS label",
		{"story: Somebody breaks something and people see it.", ""}: "story: give one sentence",
		{"title: something is broken", ""}:                          "title: missing",
		{"layer: routing\ntitle", "layer: moon\ntitle"}:             "layer \"moon\"",
		{"FP-2", "FP-99"}:                                 "criterion \"FP-99\": unknown",
		{"FP-2", "DW-1"}:                                  "pattern \"DW-1\"",
		{"green: [DW-1]", "green: [DW-4]"}:                "green: DW-4 is also red",
		{`red: {DW-4: "${host}"}`, ""}:                    "red: no criterion",
		{`"${host}"`, `""`}:                               "red.DW-4: give a text",
		{"application: own", ""}:                          "application: give own, since inject[0] changes",
		{"application: own", "application: mine"}:         "application \"mine\"",
		{"route: before", "route: before\nafter: noon"}:   "after \"noon\"",
		{"route: before", "route: after"}:                 "route \"after\"",
		{"within: at-once", "within: an-hour"}:            "within \"an-hour\"",
		{"within: at-once", "within: at-once\nwatch: {}"}: "watch: give host",
		{"title:", "titel:"}:                              "unknown field",
		{"  - " + action, "  []"}:                         "inject: no action",
		{"backend-no-endpoints", "Backend no endpoints"}:  "expect.causes[0].code",
		{"layer: routing, object", "layer: moon, object"}: "expect.causes[0].layer \"moon\"",
		{"layer: routing, object", "layer: dns, object"}: "layer \"routing\": the root cause " +
			"lies in another",
		{"clear: [dns]", "clear: [sky]"}:     "expect.clear[0] \"sky\"",
		{"clear: [dns]", "clear: [routing]"}: "expect.clear[0]: a cause lies in layer routing",
		{"blocked: [certificate]", "blocked: [dns]"}: "expect.blocked[0]: layer dns is " +
			"also among clear",
		{"blocked: [certificate]", "notes: [Bad]"}:                                     "expect.notes[0]",
		{"causes:", "causes: []\n  #"}:                                                 "red: what only looks broken turns nothing red",
		{action, "{}"}:                                                                 "inject[0]: give exactly one",
		{action, "restart: {name: a}"}:                                                 "inject[0].restart: give namespace and name",
		{action, "renew: {namespace: a}"}:                                              "inject[0].renew: give namespace and name",
		{action, "scale: {namespace: ns, name: a}"}:                                    "inject[0].scale.replicas",
		{action, "apply: {kind: Secret}"}:                                              "inject[0].apply: give apiVersion",
		{action, "delete: {kind: Secret}"}:                                             "inject[0].delete: give apiVersion",
		{action, "patch: {apiVersion: v1, kind: S, name: nn}"}:                         "inject[0].patch.jsonPatch: no operation",
		{action, "patch: {apiVersion: v1, kind: S, name: nn, jsonPatch: [{op: add}]}"}: "inject[0].patch.jsonPatch[0]: give op and path",
		{action, "secret: {namespace: ns, name: s, key: k}"}:                           "inject[0].secret: give exactly one",
		{action, "secret: {namespace: ns, name: s, key: k, value: a, suffix: b}"}:      "inject[0].secret: give exactly one",
		{action, "secret: {namespace: ns, name: s, value: a}"}:                         "inject[0].secret.key",
		{action, "secret: {namespace: ns, name: s, key: k, token: {status: expired}}"}: "inject[0].secret.token.status",
		{action, "tokenEdit: {namespace: ns, name: s, key: k}"}:                        "inject[0].tokenEdit: give permissions",
		{action, "certificate: {namespace: ns, secret: s}"}: "inject[0].certificate: give " +
			"namespace, secret and names",
		{action, "certificate: {namespace: ns, secret: s, names: [a], issuer: i}"}: "inject[0].certificate: give " +
			"certificate and issuer",
		{action, "certificate: {namespace: ns, secret: s, names: [a], authority: x}"}: "inject[0].certificate.authority",
		{action, "record: {zone: z, name: nn}"}:                                       "inject[0].record: give zone",
		{action, "record: {zone: z, name: nn, type: A, new: true}"}:                   "inject[0].record.new",
		{action, "zone: {name: z}"}:                                                   "inject[0].zone: give status",
		{action, "validity: {authority: production}"}:                                 "inject[0].validity: give",
		{action, "validity: {authority: x, lifetimeSeconds: 1}"}:                      "inject[0].validity.authority",
		{action, "delay: {seconds: 1}"}:                                               "inject[0].delay",
		{action, "internet: {do: {status: 500}}"}:                                     "inject[0].internet: rule",
		{action, "internet: {http: {client: x}, do: {status: 500}}"}:                  "client \"x\"",
	} {
		_, err := fault.Parse([]byte(strings.Replace(whole, change[0], change[1], 1)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q for %q: error %v, want one with %q", change[1], change[0], err, want)
		}
	}
}

func TestParseAccepts(t *testing.T) {
	t.Parallel()
	for _, action := range []string{
		"internet: {http: {client: \"${address}\"}, do: {status: 500}}",
		"secret: {namespace: ns, name: s, key: k, value: \"\"}",
		"secret: {namespace: ns, name: s, key: k, token: {permissions: [\"DNS:Edit\"], expires: -1h, allowFrom: " +
			"[192.0.2.0/24]}}",
		"certificate: {namespace: ns, secret: s, names: [a], lifetime: 1h, backdate: 2h}",
		"record: {zone: z, name: nn, type: CAA, data: {flags: 0, tag: issue, value: x}, new: true}",
		"zone: {name: z, new: true}",
	} {
		if _, err := fault.Parse([]byte(strings.Replace(whole, "restart: {namespace: \"${namespace}\", name: a}", action,
			1))); err != nil {
			t.Errorf("%s: %v", action, err)
		}
	}
}

func TestLoadHoldsFoldersAgainstFields(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ at, want string }{
		"layer":   {"dns/some-fault", `layer "routing": the folder lies in "dns"`},
		"id":      {"routing/other", `id "some-fault": is not the folder's name`},
		"nothing": {"", "has no LAYER/ID/fault.yaml"},
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
			if _, err := fault.Load(os.DirFS(dir)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Load = %v, want an error with %q", err, c.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("inject: [{}]"))
	f.Add([]byte("inject: [{secret: {value: x}}, {internet: {dns: {name: x}}}, {apply: {metadata: 1}}]"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := fault.Parse(raw)
		if err != nil {
			return
		}
		if got.ID == "" || len(got.Inject) == 0 || len(got.Red) == 0 && !got.Expect.Healthy() {
			t.Errorf("an incomplete fault was accepted: %+v", got)
		}
	})
}
