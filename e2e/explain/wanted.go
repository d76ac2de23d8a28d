package explain

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// wanted selects routes.
type wanted struct {
	host      string
	ingress   types.NamespacedName // its namespace is empty until the context's own is known
	all       bool
	namespace string // "" is any
}

// wanted reads the user's selection.
func (o Options) wanted() (wanted, error) {
	w := wanted{all: o.All, namespace: o.Namespace}
	switch {
	case o.All && o.Target != "":
		return w, fmt.Errorf("explain %q and --all: --all is every route already; leave out one of them", o.Target)
	case o.All:
		return w, nil
	case o.Target == "":
		return w, errors.New("no target; name what to explain: a host, ingress/NAMESPACE/NAME, or --all for every route")
	}
	kind, name, named := strings.Cut(o.Target, "/")
	if named && slices.Contains([]string{"ingress", "ingresses", "ing", "ingress.networking.k8s.io"}, kind) {
		return w.ofIngress(name)
	}
	w.host = strings.ToLower(strings.TrimSuffix(o.Target, "."))
	// RFC 1123 section 2.1, and an asterisk in front for what an Ingress may have there.
	if !regexp.MustCompile(`^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$`).MatchString(w.host) {
		return w, fmt.Errorf("%q is no host; give the name alone, as in develop.safeops.work, or ingress/NAMESPACE/NAME",
			o.Target)
	}
	return w, nil
}

func (w wanted) ofIngress(name string) (wanted, error) {
	namespace, rest, both := strings.Cut(name, "/")
	switch {
	case !both:
		w.ingress = types.NamespacedName{Namespace: w.namespace, Name: name}
	case w.namespace != "" && w.namespace != namespace:
		return w, fmt.Errorf("ingress/%s names namespace %s, and -n names %s; leave out -n", name, namespace, w.namespace)
	default:
		w.ingress = types.NamespacedName{Namespace: namespace, Name: rest}
	}
	if w.ingress.Name == "" || strings.Contains(w.ingress.Name, "/") || both && namespace == "" {
		return w, fmt.Errorf("ingress/%s names no Ingress; give ingress/NAMESPACE/NAME", name)
	}
	return w, nil
}

// in puts an Ingress without a namespace in the one that the context names.
func (w wanted) in(namespace string) wanted {
	if w.ingress.Name != "" && w.ingress.Namespace == "" {
		w.ingress.Namespace = namespace
	}
	return w
}

// choose picks from all routes those that are meant.
func (w wanted) choose(targets []diagnose.Target) ([]diagnose.Target, error) {
	var out []diagnose.Target
	for _, t := range targets {
		if w.namespace != "" && t.Ingress.Namespace != w.namespace {
			continue
		}
		if w.all || w.host != "" && t.Host == w.host || w.host == "" && t.Ingress == w.ingress {
			out = append(out, t)
		}
	}
	for _, t := range targets { // a host that only a wildcard covers
		suffix, wild := strings.CutPrefix(t.Host, "*")
		label, covered := strings.CutSuffix(w.host, suffix)
		if len(out) == 0 && wild && w.host != "" && covered && label != "" && !strings.Contains(label, ".") &&
			(w.namespace == "" || w.namespace == t.Ingress.Namespace) {
			return []diagnose.Target{{Host: w.host, Ingress: t.Ingress}}, nil
		}
	}
	if len(out) == 0 {
		return nil, w.unknown(targets)
	}
	return out, nil
}

// unknown is the error for a route that does not exist; it lists those that do.
func (w wanted) unknown(targets []diagnose.Target) error {
	where := ""
	if w.namespace != "" {
		where = " in namespace " + w.namespace
	}
	var there []string
	for _, t := range targets {
		line := t.Host
		if w.ingress.Name != "" {
			line = "ingress/" + t.Ingress.String()
		}
		if !slices.Contains(there, line) {
			there = append(there, line)
		}
	}
	const most = 5
	remedy := "give a host or Ingress of: " + strings.Join(there[:min(len(there), most)], ", ")
	if len(there) > most {
		remedy += fmt.Sprintf(" … (%d; --all lists them)", len(there))
	}
	if len(there) == 0 {
		remedy = "no Ingress in the cluster has a host; is it the right cluster? See kubectl get ingress -A"
	}
	switch {
	case w.all:
		return fmt.Errorf("explain every route: no Ingress%s has a host; %s", where, remedy)
	case w.host != "":
		return fmt.Errorf("explain %s: no Ingress%s has this host; %s", w.host, where, remedy)
	}
	return fmt.Errorf("explain Ingress %s: it is not there, or has no host; %s", w.ingress, remedy)
}
