package survey

import (
	"fmt"
	"path"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/standin"
)

// Refusal is why the edge cannot be judged, as a *bundle.Error; nil where it can. Only what the edge stands on
// counts: there must be one, its cert-manager and external-dns must be rendered, and each folder that holds a
// part of it must be readable, since the engine applies all of a folder or nothing.
func (s *Survey) Refusal() error {
	if err := s.unreadable(); err != nil {
		return err
	}
	rendered := map[string]bool{}
	for _, c := range s.Edge.Components {
		rendered[c.Name] = rendered[c.Name] || c.Missing == ""
	}
	for _, c := range s.Edge.Components {
		if (c.Role == IsCertManager || c.Role == IsExternalDNS) && !rendered[c.Name] {
			return &bundle.Error{
				File: c.File, Object: c.Object, Problem: c.Name + " is part of the edge and is not rendered: " + c.Missing,
				Remedy: "let this machine reach the repository of the chart, or name a folder that has it with --charts",
			}
		}
	}
	if len(rendered) == 0 {
		return &bundle.Error{
			File: s.Path, Problem: "no part of the edge was found: neither cert-manager nor external-dns nor an ingress " +
				"controller" + s.others(),
			Remedy: "name the folder of a cluster; `edgeproof bundle` shows what is read",
		}
	}
	return nil
}

// others counts what was found in place of an edge: it may be why there is none.
func (s *Survey) others() string {
	for _, f := range s.Findings {
		if f.Severity == string(bundle.Wrong) {
			return fmt.Sprintf("; first of %d findings: %s: %s", len(s.Findings), strings.TrimSpace(f.File+" "+f.Object),
				f.Problem)
		}
	}
	return ""
}

// unreadable is the first finding about a file that stands beside those of components or issuers.
func (s *Survey) unreadable() error {
	holds := map[string]bool{}
	for _, i := range s.chosen.chosen() {
		o := s.chosen.objects[i]
		pod, _ := standin.PodOf(o)
		_, _, component := programOf(pod)
		if component || o.GetKind() == "ClusterIssuer" || o.GetKind() == "Issuer" {
			name, _, _ := strings.Cut(o.Source, ": ")
			holds[path.Dir(name)] = true
		}
	}
	for _, f := range s.bundle.Findings {
		if err := f.Refusal(); err != nil && f.Severity == bundle.Wrong && f.Rule == bundle.Unreadable && f.Object == "" &&
			f.Stage != "" &&
			holds[path.Dir(f.File)] {
			return err
		}
	}
	return nil
}
