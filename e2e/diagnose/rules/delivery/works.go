package delivery

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/argocd"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

func needs(*diagnose.Route) []diagnose.Need { return []diagnose.Need{{Part: facts.Delivery}} }

// works calls delivery clear where no rule found a cause in it: a delivery that ends breaks a route only where the
// route rests on what it was to bring.
func works(r *diagnose.Route) (diagnose.State, string) {
	d := r.Index.Deliveries
	if !r.Index.Looked(facts.Delivery, "") {
		return diagnose.Unknown, "the objects of GitOps engines were not looked at"
	}
	if d.Empty() {
		return diagnose.Clear, "no objects of a GitOps engine are in this cluster"
	}
	var ended []string
	for _, s := range d.Stops {
		if concerns(r, s) {
			ended = append(ended, fmt.Sprintf("%s is %s", s.Ref, s.State))
		}
	}
	for _, a := range concerned(r) {
		if a.State != argocd.Synced {
			ended = append(ended, fmt.Sprintf("%s is %s", a, a.State))
		}
	}
	if len(ended) > 0 {
		return diagnose.Clear, "the route does not wait for it: " + strings.Join(ended, ", ")
	}
	var by []string
	for _, object := range parts(r) {
		if owner, ok := d.Owner(object); ok {
			o, _ := d.Flux.Find(owner)
			by = add(by, strings.TrimSpace(owner.String()+" "+short(o.Revision)))
		}
		if a := d.Application(object); a != nil {
			by = add(by, strings.TrimSpace(a.String()+" "+short(a.Applied)))
		}
	}
	if len(by) == 0 {
		return diagnose.Clear, "no GitOps engine delivers what the route rests on"
	}
	return diagnose.Clear, "delivered by " + strings.Join(by, ", ")
}
