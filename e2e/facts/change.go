package facts

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/argocd"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

// Change is what a person changed in an object that a GitOps engine delivers: of the object's managed fields, which
// are not kept otherwise.
type Change struct {
	Object  string    `json:"object"` // "Ingress develop/frontend"
	Manager string    `json:"manager"`
	Time    time.Time `json:"time,omitzero"`
	Fields  []string  `json:"fields"` // "spec.tls", at most mostFields
}

// mostFields bounds the fields that are named of one change, and deepest how far down they are named.
const (
	mostFields = 5
	deepest    = 3
)

// noteChanges notes what people changed in objects of the edge, before their managed fields are dropped.
func noteChanges(s *Snapshot) {
	note(s, "Namespace", s.Namespaces, func(o *core.Namespace) *meta.ObjectMeta { return &o.ObjectMeta })
	note(s, "Deployment", s.Deployments, func(o *apps.Deployment) *meta.ObjectMeta { return &o.ObjectMeta })
	note(s, "DaemonSet", s.DaemonSets, func(o *apps.DaemonSet) *meta.ObjectMeta { return &o.ObjectMeta })
	note(s, "Service", s.Services, func(o *core.Service) *meta.ObjectMeta { return &o.ObjectMeta })
	note(s, "Ingress", s.Ingresses, func(o *networking.Ingress) *meta.ObjectMeta { return &o.ObjectMeta })
	note(s, "IngressClass", s.IngressClasses, func(o *networking.IngressClass) *meta.ObjectMeta { return &o.ObjectMeta })
	note(s, "Secret", s.Secrets, func(o *Secret) *meta.ObjectMeta { return &o.ObjectMeta })
	note(s, "ClusterIssuer", s.ClusterIssuers,
		func(o *certmanager.ClusterIssuer) *meta.ObjectMeta { return &o.ObjectMeta })
	note(s, "Issuer", s.Issuers, func(o *certmanager.Issuer) *meta.ObjectMeta { return &o.ObjectMeta })
	note(s, "Certificate", s.Certificates, func(o *certmanager.Certificate) *meta.ObjectMeta { return &o.ObjectMeta })
}

func note[T any](s *Snapshot, kind string, objects []T, of func(*T) *meta.ObjectMeta) {
	for i := range objects {
		s.Delivered.Changes = append(s.Delivered.Changes, changesOf(kind, of(&objects[i]))...)
	}
}

// byHand reports whether a field manager is a program that people use, and what it does is meant to stay. A restart
// by kubectl changes an annotation, and no engine minds.
func byHand(manager string) bool {
	if manager == "kubectl-rollout" {
		return false
	}
	return slices.ContainsFunc([]string{"kubectl", "k9s", "node-fetch", "Lens", "OpenLens", "headlamp", "Mozilla"},
		func(known string) bool { return strings.HasPrefix(manager, known) })
}

// changesOf lists what people changed in an object that an engine delivers.
func changesOf(kind string, m *meta.ObjectMeta) []Change {
	_, byFlux := flux.OwnerOf(m)
	_, byArgo := argocd.OwnerOf(m)
	if !byFlux && !byArgo {
		return nil
	}
	name := m.Name
	if m.Namespace != "" {
		name = m.Namespace + "/" + name
	}
	var out []Change
	for _, f := range m.ManagedFields {
		if !byHand(f.Manager) || f.Subresource == "status" {
			continue
		}
		// Argo CD applies as kubectl does, and bears its name unless it is set up otherwise.
		if byArgo && f.Manager == "kubectl-client-side-apply" {
			continue
		}
		change := Change{Object: kind + " " + name, Manager: f.Manager, Fields: fieldsOf(f.FieldsV1)}
		if f.Time != nil {
			change.Time = f.Time.UTC()
		}
		if len(change.Fields) > 0 {
			out = append(out, change)
		}
	}
	return out
}

// fieldsOf names the fields of a set (structured-merge-diff's FieldsV1): "spec.tls".
func fieldsOf(raw *meta.FieldsV1) []string {
	if raw == nil {
		return nil
	}
	var tree map[string]any
	if json.Unmarshal(raw.GetRawBytes(), &tree) != nil {
		return nil
	}
	var out []string
	walkFields(tree, nil, &out)
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), mostFields)]
}

func walkFields(tree map[string]any, path []string, out *[]string) {
	leaf := true
	for _, key := range slices.Sorted(maps.Keys(tree)) {
		name, isField := strings.CutPrefix(key, "f:")
		below, _ := tree[key].(map[string]any)
		if !isField || len(path) >= deepest {
			continue
		}
		leaf = false
		walkFields(below, append(slices.Clone(path), name), out)
	}
	if leaf && len(path) > 0 {
		*out = append(*out, strings.Join(path, "."))
	}
}
