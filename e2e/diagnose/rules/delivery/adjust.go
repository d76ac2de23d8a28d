package delivery

import (
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// adjust makes the remedy of a finding one in Git where an engine delivers the object: what is changed in the cluster
// alone is put back, or differs from Git from then on.
func adjust(r *diagnose.Route, f *diagnose.Finding) {
	d := r.Index.Deliveries
	if d.Empty() || f.Layer == diagnose.Delivery || !changes(f.Remedy.Command) {
		return
	}
	if a := d.Application(f.Object); a != nil {
		f.Remedy.Text += "; in Git, since " + a.String() + " delivers it"
		f.Remedy.Command = sync(a)
		return
	}
	all := owners(r, f.Object)
	if len(all) == 0 {
		return
	}
	f.Remedy.Text += "; in Git, since " + all[0].String() + " delivers it"
	if o, there := d.Flux.Find(all[len(all)-1]); there && o.Path != "" {
		f.Remedy.Text += " (" + o.String() + ", path " + o.Path + ")"
	}
	f.Remedy.Command = reconcile(all[len(all)-1])
}

// changes reports whether a command changes the object that it names.
func changes(command string) bool {
	words := strings.Fields(command)
	return slices.Contains(words, "kubectl") && slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{"patch", "annotate", "label", "edit", "scale", "set"}, w)
	})
}
