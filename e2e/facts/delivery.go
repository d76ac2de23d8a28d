package facts

import (
	"cmp"
	"net/url"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/edgeproof/edgeproof/e2e/edge/argocd"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

// Delivered is what GitOps engines report of what they deliver. It is empty on a cluster that has none.
type Delivered struct {
	// Flux are the objects of Flux, Applications those of Argo CD.
	Flux         flux.Set     `json:"flux,omitempty"`
	Applications []argocd.App `json:"applications,omitempty"`
	// Changes are what people changed by hand in objects that an engine delivers.
	Changes []Change `json:"changes,omitempty"`
}

// Empty reports whether no engine was seen.
func (d *Delivered) Empty() bool { return len(d.Flux) == 0 && len(d.Applications) == 0 }

// mostApplied bounds what is kept of one inventory. Objects of the edge are found by their labels as well.
const mostApplied = 1000

// engines are the kinds of Flux 2 and of Argo CD, of all namespaces: they lie beside what they deliver, or far
// from it.
func engines() []extension {
	var out []extension
	for _, of := range []struct {
		group    string
		versions []string
		kinds    []string
		keep     keeper
	}{
		{flux.SourceGroup, []string{"v1", "v1beta2", "v1beta1"}, []string{
			flux.GitRepository, flux.OCIRepository, flux.Bucket, flux.HelmRepository, flux.HelmChart,
		}, keepFlux},
		{flux.KustomizeGroup, []string{"v1", "v1beta2", "v1beta1"}, []string{flux.Kustomization}, keepFlux},
		{flux.HelmGroup, []string{"v2", "v2beta2", "v2beta1"}, []string{flux.HelmRelease}, keepFlux},
		{argocd.Group, []string{"v1alpha1"}, []string{argocd.Application}, keepApplications},
	} {
		for _, kind := range of.kinds {
			out = append(out, extension{
				part: Delivery, group: of.group, kind: kind, versions: of.versions, clustered: true, keep: of.keep,
			})
		}
	}
	return out
}

func keepFlux(s *Snapshot, objects []unstructured.Unstructured) error {
	var failed error
	for i := range objects {
		o, err := flux.Read(&objects[i])
		if err != nil {
			failed = err
			continue
		}
		o.URL, o.Inventory = withoutUser(o.URL), o.Inventory[:min(len(o.Inventory), mostApplied)]
		s.Delivered.Flux = append(s.Delivered.Flux, o)
	}
	return failed
}

func keepApplications(s *Snapshot, objects []unstructured.Unstructured) error {
	var failed error
	for i := range objects {
		a, err := argocd.Read(&objects[i])
		if err != nil {
			failed = err
			continue
		}
		a.Repository = withoutUser(a.Repository)
		s.Delivered.Applications = append(s.Delivered.Applications, a)
	}
	return failed
}

// withoutUser takes user name and password out of a URL.
func withoutUser(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	u.User = nil
	return u.String()
}

func sortDelivered(d *Delivered) {
	slices.SortFunc(d.Flux, func(a, b flux.Object) int { return cmp.Compare(a.String(), b.String()) })
	slices.SortFunc(d.Applications, func(a, b argocd.App) int { return cmp.Compare(a.String(), b.String()) })
	slices.SortFunc(d.Changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Object, b.Object), a.Time.Compare(b.Time), cmp.Compare(a.Manager, b.Manager))
	})
}
