package standin

import (
	"maps"
	"slices"

	certmanagerv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/edge/image"
)

// use is what objects ask of one Secret.
type use struct {
	first    bundle.Object
	by       []string
	keys     map[string]Purpose // "" where the value does not matter
	whole    bool               // all entries become variables
	registry bool
	optional bool // every use of it is optional
}

type uses map[string]*use // by namespace/name

// usesOf gathers what objects read of Secrets.
func usesOf(objects []bundle.Object) uses {
	all := uses{}
	controller := "cert-manager"
	for _, o := range objects {
		if pod, ok := PodOf(o); ok {
			for _, c := range pod.Containers {
				if image.Is(c.Image, "cert-manager-controller") {
					controller = o.GetNamespace()
				}
			}
		}
	}
	for _, o := range objects {
		switch o.GetKind() {
		case "ClusterIssuer":
			all.issuer(o, controller)
		case "Issuer":
			all.issuer(o, o.GetNamespace())
		default:
			if pod, ok := PodOf(o); ok {
				all.pod(o, pod)
			}
		}
	}
	return all
}

func (u uses) of(o bundle.Object, namespace, name string, optional *bool) *use {
	if name == "" {
		return &use{keys: map[string]Purpose{}}
	}
	found, ok := u[namespace+"/"+name]
	if !ok {
		found = &use{first: o, keys: map[string]Purpose{}, optional: true}
		u[namespace+"/"+name] = found
	}
	if optional == nil || !*optional {
		found.optional = false
	}
	if by := o.GetKind() + " " + o.GetNamespace() + "/" + o.GetName(); !slices.Contains(found.by, by) {
		found.by = append(found.by, by)
	}
	return found
}

func (u *use) key(name string, purpose Purpose) {
	if name != "" && (u.keys[name] == "" || purpose != "") {
		u.keys[name] = purpose
	}
}

func (u uses) issuer(o bundle.Object, namespace string) {
	var issuer certmanagerv1.ClusterIssuer // an Issuer has the same spec
	if runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &issuer) != nil || issuer.Spec.ACME == nil {
		return
	}
	read := func(ref *cmmeta.SecretKeySelector, purpose Purpose) {
		if ref != nil {
			u.of(o, namespace, ref.Name, nil).key(ref.Key, purpose)
		}
	}
	for _, solver := range issuer.Spec.ACME.Solvers {
		if solver.DNS01 != nil && solver.DNS01.Cloudflare != nil {
			read(solver.DNS01.Cloudflare.APIToken, CloudflareToken)
			read(solver.DNS01.Cloudflare.APIKey, CloudflareKey)
		}
	}
	if binding := issuer.Spec.ACME.ExternalAccountBinding; binding != nil {
		read(&binding.Key, "")
	}
}

func (u uses) pod(o bundle.Object, pod corev1.PodSpec) {
	namespace := o.GetNamespace()
	for _, c := range slices.Concat(pod.InitContainers, pod.Containers) {
		for _, env := range c.Env {
			if env.ValueFrom != nil && env.ValueFrom.SecretKeyRef != nil {
				ref := env.ValueFrom.SecretKeyRef
				u.of(o, namespace, ref.Name, ref.Optional).key(ref.Key, purposeOf(env.Name))
			}
		}
		for _, from := range c.EnvFrom {
			if from.SecretRef != nil {
				u.of(o, namespace, from.SecretRef.Name, from.SecretRef.Optional).whole = true
			}
		}
	}
	for _, v := range pod.Volumes {
		if v.Secret != nil {
			u.volume(o, v.Secret.SecretName, v.Secret.Items, v.Secret.Optional)
		}
		if v.Projected != nil {
			for _, source := range v.Projected.Sources {
				if source.Secret != nil {
					u.volume(o, source.Secret.Name, source.Secret.Items, source.Secret.Optional)
				}
			}
		}
	}
	for _, ref := range pod.ImagePullSecrets {
		u.of(o, namespace, ref.Name, nil).registry = true
	}
	config, ok := externaldns.Read(namespace, pod, externaldns.Sources{})
	if !ok {
		return
	}
	for _, c := range config.Credentials {
		purpose := CloudflareToken
		if c.Global() {
			purpose = CloudflareKey
		}
		if !c.Plain() {
			u.of(o, c.Secret.Namespace, c.Secret.Name, &c.Optional).key(c.Secret.Key, purpose)
		}
		if email := c.Email.Secret; email.Name != "" {
			u.of(o, email.Namespace, email.Name, nil).key(email.Key, CloudflareEmail)
		}
	}
}

func (u uses) volume(o bundle.Object, name string, items []corev1.KeyToPath, optional *bool) {
	found := u.of(o, o.GetNamespace(), name, optional)
	for _, item := range items {
		found.key(item.Key, "")
	}
}

// purposeOf is what a variable of external-dns is for.
func purposeOf(variable string) Purpose {
	switch variable {
	case externaldns.TokenVariable:
		return CloudflareToken
	case externaldns.KeyVariable:
		return CloudflareKey
	case externaldns.EmailVariable:
		return CloudflareEmail
	}
	return Random
}

// PodOf returns the pod template of a workload.
func PodOf(o bundle.Object) (corev1.PodSpec, bool) {
	var pod corev1.PodSpec
	for _, path := range [][]string{
		{"spec", "template", "spec"},
		{"spec", "jobTemplate", "spec", "template", "spec"},
		{"spec"},
	} {
		value, found, _ := unstructured.NestedMap(o.Object, path...)
		if !found || value["containers"] == nil {
			continue
		}
		if runtime.DefaultUnstructuredConverter.FromUnstructured(value, &pod) == nil {
			return pod, true
		}
	}
	return pod, false
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
