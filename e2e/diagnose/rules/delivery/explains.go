package delivery

import (
	"cmp"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

// explains reports whether something does not work for a route because a delivery ended: what delivers it, or would
// bring it, waits for that, and has not delivered what its source has.
func explains(r *diagnose.Route, f diagnose.Finding, t diagnose.Trouble) bool {
	s, found := stopAt(r, f.Object)
	if !found {
		return false
	}
	set := r.Index.Deliveries.Flux
	for _, object := range objectsOf(r, t) {
		gone := missing(r, object)
		for _, owner := range owners(r, object) {
			if !s.Holds(owner) {
				continue
			}
			o, _ := set.Find(owner)
			_, behind := set.Behind(o)
			// a source that is not fetched keeps back whatever Git has; what suspends does so by its revision alone
			if behind || fetches(s) || gone && s.State != flux.Suspended && s.Reason != healthCheck {
				return true
			}
		}
		if gone && (diagnose.Names(s.Message, object) || brings(r, s, object)) {
			return true
		}
	}
	return false
}

// healthCheck is the reason of a Kustomization that was applied and whose objects do not become ready.
const healthCheck = "HealthCheckFailed"

// fetches reports whether a stop is a source.
func fetches(s flux.Stop) bool {
	return s.Kind != flux.Kustomization && s.Kind != flux.HelmRelease && s.State != flux.Suspended
}

// brings reports whether something that waits for a stop and was never applied may bring a missing object: a release
// whose chart is that of the component, or a Kustomization.
func brings(r *diagnose.Route, s flux.Stop, object string) bool {
	set := r.Index.Deliveries.Flux
	return slices.ContainsFunc(s.Waiting, func(ref flux.Ref) bool {
		o, there := set.Find(ref)
		if _, behind := set.Behind(o); !there || !behind || o.Revision != "" {
			return false
		}
		if ref.Kind != flux.HelmRelease {
			return ref.Kind == flux.Kustomization
		}
		return strings.HasPrefix(object, "Deployment ") && (o.Chart == "external-dns" || o.Chart == "cert-manager" ||
			o.Chart == "traefik")
	})
}

// stopAt finds a stop by the name of its object.
func stopAt(r *diagnose.Route, object string) (flux.Stop, bool) {
	for _, s := range r.Index.Deliveries.Stops {
		if s.String() == object {
			return s, true
		}
	}
	return flux.Stop{}, false
}

// concerns reports whether a stop matters to a route: something that the route rests on waits for it, or it explains
// what does not work. On a large cluster most stops are other people's.
func concerns(r *diagnose.Route, s flux.Stop) bool {
	for _, object := range parts(r) {
		if slices.ContainsFunc(owners(r, object), s.Holds) {
			return true
		}
	}
	return slices.ContainsFunc(r.Troubles(diagnose.Delivery), func(t diagnose.Trouble) bool {
		return explains(r, diagnose.Finding{Object: s.String()}, t)
	})
}

// owners are what delivers an object, and what delivers that, the nearest first.
func owners(r *diagnose.Route, object string) []flux.Ref {
	var out []flux.Ref
	for {
		owner, ok := r.Index.Deliveries.Owner(object)
		if !ok || slices.Contains(out, owner) {
			return out
		}
		out, object = append(out, owner), owner.String()
	}
}

// restsOn are the objects that a route rests on, by name, by the layer whose work they do.
type restsOn map[diagnose.Layer][]string

// parts are all of them.
func parts(r *diagnose.Route) []string {
	rests := diagnose.Once(r, rest)
	var out []string
	for _, l := range diagnose.Layers() {
		for _, object := range rests[l] {
			if !slices.Contains(out, object) {
				out = append(out, object)
			}
		}
	}
	return out
}

func rest(r *diagnose.Route) restsOn {
	out := restsOn{}
	add := func(l diagnose.Layer, objects ...string) {
		for _, object := range objects {
			if object != "" && !strings.HasSuffix(object, " (none)") {
				out[l] = append(out[l], object)
			}
		}
	}
	route := ""
	if r.Source != nil {
		route = r.Source.String()
		for _, b := range r.Source.Backends(r.Rule) {
			if b != nil {
				add(diagnose.Routing, diagnose.Object("Service", cmp.Or(b.Namespace, r.Ingress.Namespace), b.Service))
			}
		}
	}
	add(diagnose.Routing, route, r.Traefik.String(), diagnose.Object("Namespace", "", r.Ingress.Namespace))
	add(diagnose.DNS, r.Sync.String(), route)
	if r.Issuer.Name != "" {
		add(diagnose.Certificate, r.Issuer.String())
	}
	add(diagnose.Certificate, r.Index.CertManager.String(), route)
	for _, u := range r.Uses() {
		add(diagnose.Credential, u.String())
	}
	return out
}

// objectsOf are the objects that something that does not work is about: that of a cause, or those that do the work of
// its layer.
func objectsOf(r *diagnose.Route, t diagnose.Trouble) []string {
	if t.Object != "" {
		return []string{t.Object}
	}
	return diagnose.Once(r, rest)[t.Layer]
}

// missing reports whether an object is not in the cluster, as far as its kind is collected.
func missing(r *diagnose.Route, object string) bool {
	kind, name, found := strings.Cut(object, " ")
	switch {
	case !found:
		return false
	case kind == "host", strings.HasSuffix(name, "(none)"):
		return true
	}
	return r.Index.Deliveries.Collects(kind) && !r.Index.Deliveries.There(object)
}
