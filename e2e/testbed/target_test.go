package testbed

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/fixtures"
)

func TestTargetOfTheReferenceBundle(t *testing.T) {
	t.Parallel()
	got, err := Target(reference(t))
	if err != nil {
		t.Fatal(err)
	}
	want := judge.Reference() // the names of the specification stay
	want.Zones, want.OwnerID = []string{"safeops.work"}, "sre-cluster"
	want.Routes = []judge.Route{{
		Source: edge.Source{Kind: edge.Ingress, Namespace: "develop", Name: "frontend"}, Hosts: []string{"develop.safeops.work"},
		Path: "/", Marker: `"app":"frontend"`,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("target (-want +got):\n%s", diff)
	}
}

const otherFrontend = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: apps}
spec: {template: {spec: {containers: [{name: web, image: "registry.example/shop:1"}]}}}
`

func TestTarget(t *testing.T) {
	t.Parallel()
	ours := strings.Replace(otherFrontend, "registry.example/shop:1", "edgeproof.dev/frontend:dev", 1)
	for name, c := range map[string]struct {
		given  []string
		marker string
		zones  []string
	}{
		"our frontend answers": {
			[]string{ours, ingress("www.safeops.work"), externalDNS},
			`"app":"frontend"`,
			[]string{"b.example", "a.example"},
		},
		"an unknown application answers": {
			[]string{otherFrontend, ingress("www.safeops.work"), externalDNS},
			"",
			[]string{"b.example", "a.example"},
		},
		"our frontend, but in another namespace": {[]string{strings.Replace(ours, "namespace: apps", "namespace: other",
			1), ingress("www.safeops.work")}, "", []string{"safeops.work"}},
		"an image that only begins as our frontend": {[]string{
			strings.Replace(ours, "frontend:dev", "frontend-v2:dev", 1),
			ingress("www.safeops.work"),
		}, "", []string{"safeops.work"}},
		"no filter of zones": {[]string{ingress("www.safeops.work")}, "", []string{"safeops.work"}},
	} {
		got, err := Target(made(t, c.given...))
		if err != nil || len(got.Routes) != 1 || got.Routes[0].Marker != c.marker {
			t.Errorf("%s: routes %+v, %v, want one with marker %q", name, got.Routes, err, c.marker)
		}
		if diff := cmp.Diff(c.zones, got.Zones); diff != "" {
			t.Errorf("%s: zones (-want +got):\n%s", name, diff)
		}
	}
}

// TestTargetWithoutARouteIsRefused: a run that judges no route would pass for nothing.
func TestTargetWithoutARouteIsRefused(t *testing.T) {
	t.Parallel()
	_, err := Target(made(t, clusterIssuer, externalDNS), made(t, otherFrontend))
	if said := message(err); !strings.Contains(said, "neither the bundle nor the applications have an Ingress") {
		t.Errorf("Target without an Ingress = %v", err)
	}
	if _, err := Target(made(t, ingress("co.uk"))); !strings.Contains(message(err),
		"no Ingress has a host below a domain") {
		t.Errorf("Target of a host without a zone = %v", err)
	}
}

// TestRoutesOfOtherKindsAreNamed: a bundle without an Ingress is refused with what it has in its place.
func TestRoutesOfOtherKindsAreNamed(t *testing.T) {
	t.Parallel()
	_, err := Target(made(t, "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: web, "+
		"namespace: "+
		"apps}\nspec: {hostnames: [a.example.org]}\n"))
	if !strings.Contains(message(err), "HTTPRoutes, IngressRoutes and their like are not judged, and there are 1 of "+
		"them: "+
		"HTTPRoute apps/web") {
		t.Errorf("Target of an HTTPRoute = %v", err)
	}
}

// TestFaultVariablesFillEveryFault fills the project's faults and their route as the specs do.
func TestFaultVariablesFillEveryFault(t *testing.T) {
	t.Parallel()
	target, err := Target(reference(t))
	if err != nil {
		t.Fatal(err)
	}
	faults, err := fault.Load(fixtures.Sub("faults"))
	if err != nil {
		t.Fatal(err)
	}
	open := regexp.MustCompile(`\$\{[^}]*\}`)
	for _, f := range faults {
		variables := FaultVariables(f.ID, target, "external-dns", "10.244.0.9")
		for name, value := range variables {
			if value == "" {
				t.Errorf("%s: variable %s is empty", f.ID, name)
			}
		}
		filled, err := f.Fill(variables)
		if err != nil {
			t.Error(err)
		}
		for _, action := range filled.Inject {
			if action.Delete != nil && open.MatchString(action.Delete.String()) || action.Record != nil &&
				open.MatchString(action.Record.Name+action.Record.Zone) {
				t.Errorf("%s: an action has an open variable: %+v", f.ID, action)
			}
		}
		for _, kind := range []struct{ folder, objects string }{
			{"", "Namespace Ingress"},
			{"own", "Deployment Service"},
			{"shared", "Service EndpointSlice"},
		} {
			objects, err := readManifests(routeFolder(), kind.folder, variables)
			if err != nil {
				t.Error(err)
			}
			var got []string
			for _, o := range objects {
				got = append(got, o.GetKind())
				if o.GetNamespace() != variables["namespace"] && o.GetName() != variables["namespace"] {
					t.Errorf("%s: %s is in another namespace", f.ID, describe(o))
				}
			}
			if diff := cmp.Diff(strings.Fields(kind.objects), got); diff != "" {
				t.Errorf("%s: the route's %s (-want +got):\n%s", f.ID, kind.folder, diff)
			}
		}
	}
}

// TestARouteOfAFaultIsJudgedAsItIsMade holds the answer of MakeRoute against what it applied.
func TestARouteOfAFaultIsJudgedAsItIsMade(t *testing.T) {
	t.Parallel()
	target := judge.Reference()
	target.Zones = []string{"safeops.work"}
	c := builder(t).Build()
	s := newTestbed(t, c)
	got, err := s.MakeRoute(t.Context(), FaultVariables("some-fault", target, "external-dns", "10.244.0.9"),
		RouteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	live := object(t, ingress(""))
	if err := c.Get(t.Context(), client.ObjectKey{Namespace: got.Namespace, Name: got.Name}, live); err != nil {
		t.Fatal(err)
	}
	judged, err := Target(made(t, mustYAML(t, live.Object), `
apiVersion: apps/v1
kind: Deployment
metadata: {name: frontend, namespace: fault-some-fault}
spec: {template: {spec: {containers: [{name: frontend, image: "edgeproof.dev/frontend:dev"}]}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	judged.Routes[0].Path = "" // "/" is what an empty one means
	if diff := cmp.Diff(judged.Routes, []judge.Route{got}); diff != "" {
		t.Errorf("the route (-as made +as judged):\n%s", diff)
	}
	if _, err := s.MakeRoute(t.Context(), map[string]string{}, RouteOptions{}); !strings.Contains(message(err),
		"route.yaml") {
		t.Errorf("without variables: %v", err)
	}
}
