package routing

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// reference is an object of Traefik's own kinds that an annotation names, and what was found of it.
type reference struct {
	traefik.Named
	kind, plural string
	object       *facts.Extension // nil when it is not there, or not known
}

func middleware(r *diagnose.Route, n traefik.Named) reference {
	return resolve(r, reference{Named: n, kind: "Middleware", plural: "middlewares"})
}

func tlsOption(r *diagnose.Route, n traefik.Named) reference {
	return resolve(r, reference{Named: n, kind: "TLSOption", plural: "tlsoptions"})
}

func serversTransport(r *diagnose.Route, n traefik.Named) reference {
	return resolve(r, reference{Named: n, kind: "ServersTransport", plural: "serverstransports"})
}

// resolve finds the object that a reference names.
func resolve(r *diagnose.Route, n reference) reference {
	if n.Provider != traefik.OfCRD {
		return n
	}
	for _, e := range r.Index.ExtensionsOf(n.kind) {
		if e.Namespace+"-"+e.Name == n.Qualified {
			n.object = e
		}
	}
	return n
}

// named is the object as far as its namespace follows from the name: namespaces have dashes, too.
func (n reference) named(r *diagnose.Route) string {
	if n.object != nil {
		return n.object.String()
	}
	best := ""
	for i := range r.Index.Snapshot.Namespaces {
		if ns := r.Index.Snapshot.Namespaces[i].Name; strings.HasPrefix(n.Qualified, ns+"-") && len(ns) > len(best) {
			best = ns
		}
	}
	if best == "" {
		best, _, _ = strings.Cut(n.Qualified, "-")
	}
	name, ok := strings.CutPrefix(n.Qualified, best+"-")
	if !ok || n.Provider == "" {
		return n.kind + " " + n.Qualified
	}
	return diagnose.Object(n.kind, best, name)
}

// absence says why Traefik does not have the object: what must be changed, one clause, what to do, and the evidence;
// ok is false where it has it, or that is not known.
func (n reference) absence(
	r *diagnose.Route,
	where string,
) (object, why, remedy string, seen diagnose.Evidence, ok bool) {
	looked := len(r.Index.Snapshot.Within) == 0 && r.Index.Looked(facts.Extensions, n.plural+".traefik.io")
	object, seen = where, diagnose.Fact(n.kind+"s", "none is called %s", n.Qualified)
	switch {
	case n.Provider == "":
		seen = diagnose.Fact(where, "names %s without a provider", n.Qualified)
		return object, fmt.Sprintf("%s names no provider, so Traefik looks for %s@kubernetes, which does not exist",
			n.kind+" "+n.Qualified, n.Qualified), "name it as " + n.suggestion(r), seen, true
	case n.Provider != traefik.OfCRD:
		return "", "", "", diagnose.Evidence{}, false
	case n.object != nil && r.Traefik.Runs() && r.Traefik.Config.Unread == "" && !r.Traefik.Config.Provides(traefik.OfCRD):
		seen = diagnose.Fact(r.Traefik.String(), "no flag --%s", traefik.OfCRD.Section())
		return r.Traefik.String(), fmt.Sprintf("Traefik does not read its own kinds, so it has no %s", n.named(r)),
			"set --" + traefik.OfCRD.Section(), seen, true
	case n.object != nil || !looked:
		return "", "", "", diagnose.Evidence{}, false
	}
	remedy = fmt.Sprintf("create %s, or remove it from the annotation", n.named(r))
	if !r.Traefik.Config.Provides(traefik.OfCRD) {
		remedy += "; Traefik reads its own kinds with --" + traefik.OfCRD.Section() + " only"
	}
	if other := n.suggestion(r); other != "NAMESPACE-NAME@"+string(traefik.OfCRD) && other != n.String() {
		remedy = fmt.Sprintf("name %s, or create %s", other, n.named(r))
	}
	return object, n.named(r) + " does not exist", remedy, seen, true
}

// suggestion is the name of an object of the same name, or of one in the route's namespace.
func (n reference) suggestion(r *diagnose.Route) string {
	for _, e := range r.Index.ExtensionsOf(n.kind) {
		if e.Name == n.Qualified || strings.HasSuffix(n.Qualified, "-"+e.Name) {
			return e.Namespace + "-" + e.Name + "@" + string(traefik.OfCRD)
		}
	}
	return "NAMESPACE-NAME@" + string(traefik.OfCRD)
}
