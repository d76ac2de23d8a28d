package rules_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// scene is one broken world and what must be said of it. Layers that are not named must be clear.
type scene struct {
	name string
	do   func(w world)
	// causes are "code object", in their order; notes are codes that must be among the notes. more says why others
	// may be there too.
	causes []string
	more   string
	notes  []diagnose.Code
	states map[diagnose.Layer]diagnose.State
}

func (sc scene) run(t *testing.T) {
	t.Helper()
	t.Parallel()
	w := healthy()
	sc.do(w)
	before := encoded(t, w.Snapshot)
	d := rules.Explain(w.Snapshot, route())
	if !bytes.Equal(before, encoded(t, w.Snapshot)) {
		t.Error("explaining has changed the snapshot")
	}
	var read facts.Snapshot
	if err := json.Unmarshal(before, &read); err != nil {
		t.Fatal(err)
	}
	if again := rules.Explain(&read, route()); !bytes.Equal(encoded(t, d), encoded(t, again)) {
		t.Errorf("read from a file, the same snapshot is explained otherwise: %+v", again)
	}
	var causes []string
	for _, c := range d.Causes {
		causes = append(causes, string(c.Code)+" "+c.Object)
		if c.Summary == "" || len(c.Evidence) == 0 || c.Remedy.Text == "" {
			t.Errorf("%s: says too little: %+v", c.Code, c)
		}
		if e, ok := rules.Describe(c.Code); !ok || (e.Layer != c.Layer && c.Code != diagnose.Unattributed) {
			t.Errorf("%s: layer %s, documented %s", c.Code, c.Layer, e.Layer)
		}
	}
	if sc.more != "" {
		causes = causes[:min(len(causes), len(sc.causes))]
	}
	if diff := cmp.Diff(sc.causes, causes); diff != "" {
		t.Errorf("causes: -want +got\n%s", diff)
	}
	for _, n := range sc.notes {
		if !slices.ContainsFunc(d.Notes, func(f diagnose.Finding) bool { return f.Code == n }) {
			t.Errorf("no note %s", n)
		}
	}
	for _, link := range d.Chain {
		want := sc.states[link.Layer]
		if want == "" {
			want = diagnose.Clear
		}
		if link.State != want {
			t.Errorf("layer %s: %s, want %s (%s)", link.Layer, link.State, want, link.Seen)
		}
	}
	if d.Healthy {
		for _, state := range sc.states {
			if state != diagnose.Clear {
				t.Error("healthy, though a layer is not clear")
			}
		}
	}
	if t.Failed() {
		t.Logf("%+v", d)
	}
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func run(t *testing.T, scenes []scene) {
	t.Parallel()
	for _, sc := range scenes {
		t.Run(sc.name, sc.run)
	}
}

func TestHealthy(t *testing.T) {
	t.Parallel()
	d := rules.Explain(healthy().Snapshot, route())
	if !d.Healthy || len(d.Causes) != 0 || len(d.Notes) != 0 || len(d.Chain) != 5 {
		t.Fatalf("the healthy world is not healthy: %+v", d)
	}
	for _, link := range d.Chain {
		if link.State != diagnose.Clear || link.Seen == "" {
			t.Errorf("layer %s: %s %q", link.Layer, link.State, link.Seen)
		}
	}
}

// One Explainer serves many at once, and says the same to all.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	w := healthy()
	withoutSecret(w)
	e := rules.New(w.Snapshot)
	want := encoded(t, e.Explain(route()))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if got, err := json.Marshal(e.Explain(route())); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s, %v", got, err)
			}
		})
	}
	group.Wait()
}

// A host alone is enough: the Ingress is found by it. So is a host in capitals, or with its last dot.
func TestTargetByHost(t *testing.T) {
	t.Parallel()
	for _, h := range []string{host, "Develop.SafeOps.work", host + "."} {
		if d := rules.Explain(healthy().Snapshot, diagnose.Target{Host: h}); !d.Healthy || d.Target != route() {
			t.Errorf("%s: %+v", h, d)
		}
	}
}

// A snapshot of one namespace tells of that one, and says that it does not know the rest.
func TestWithin(t *testing.T) {
	t.Parallel()
	w := healthy()
	w.Within = []string{"develop"}
	w.Deployments, w.Pods, w.Services, w.EndpointSlices = w.Deployments[5:], w.Pods[5:], w.Services[:1],
		w.EndpointSlices[:1]
	w.Secrets, w.Logs = w.Secrets[1:2], nil
	d := rules.Explain(w.Snapshot, route())
	if len(d.Causes) != 0 || d.Healthy || d.Chain[1].State != diagnose.Unknown || d.Chain[3].State != diagnose.Unknown {
		t.Errorf("%+v", d)
	}
}

// What was not looked at is never called clear, and never held against anything.
func TestUnknown(t *testing.T) {
	t.Parallel()
	for _, part := range facts.All() {
		t.Run(string(part), func(t *testing.T) {
			t.Parallel()
			for _, how := range []string{"not asked", "refused"} {
				w := healthy()
				d := rules.Explain(without(w.Snapshot, part, how), route())
				if len(d.Causes) != 0 {
					t.Errorf("%s: causes from nothing: %+v", how, d.Causes)
				}
				for _, link := range d.Chain {
					if link.State != diagnose.Clear && link.State != diagnose.Unknown {
						t.Errorf("%s: layer %s is %s (%s)", how, link.Layer, link.State, link.Seen)
					}
				}
				if needed(part) && d.Healthy {
					t.Errorf("%s: healthy without looking", how)
				}
			}
		})
	}
}

// needed reports whether no diagnosis can be healthy without the part.
func needed(p facts.Part) bool {
	return !slices.Contains([]facts.Part{
		facts.Version, facts.Namespaces, facts.ConfigMaps, facts.Events, facts.Webhooks, facts.Journal, facts.Domains,
		facts.ClusterDNS, facts.DaemonSets, facts.StatefulSets, facts.Nodes, facts.NetworkPolicies, facts.ResourceQuotas,
		facts.Extensions, facts.GatewayAPI, facts.TraefikKinds, facts.DNSEndpoints,
	}, p)
}

// without takes all facts of a part out of a snapshot.
func without(s *facts.Snapshot, part facts.Part, how string) *facts.Snapshot {
	if how == "refused" {
		s.Errors = append(s.Errors, facts.Error{Part: part, Reason: "Forbidden", Message: "list " + string(part) +
			": forbidden"})
	} else {
		s.Parts = slices.DeleteFunc(slices.Clone(s.Parts), func(p facts.Part) bool { return p == part })
	}
	switch part {
	case facts.Pods:
		s.Pods = nil
	case facts.Deployments:
		s.Deployments = nil
	case facts.Services:
		s.Services = nil
	case facts.EndpointSlices:
		s.EndpointSlices = nil
	case facts.IngressClasses:
		s.IngressClasses = nil
	case facts.Ingresses:
		s.Ingresses = nil
	case facts.Secrets:
		s.Secrets = nil
	case facts.ClusterIssuers:
		s.ClusterIssuers = nil
	case facts.Certificates:
		s.Certificates = nil
	case facts.CertificateRequests:
		s.CertificateRequests = nil
	case facts.Orders:
		s.Orders = nil
	case facts.Tokens:
		s.Tokens = nil
	case facts.Provider:
		s.Zones = nil
	case facts.DNS:
		s.DNS = nil
	case facts.Domains:
		s.Domains = nil
	case facts.Probes:
		s.Probes = nil
	case facts.Logs:
		s.Logs = nil
	}
	return s
}
