package standin

import (
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/edgeproof/edgeproof/e2e/bundle"
)

// maker is an object that makes a Secret on the bundle's own platform.
type maker struct {
	object bundle.Object
	kind   operator
}

// operator is one kind of such objects: where it names the Secret, and where its keys.
type operator struct {
	group, kind string
	name        [][]string // of the Secret; the object's own name where none of them is set
	namespace   [][]string
	keys        func(o map[string]any) []string
}

// operators are the kinds that the field uses. https://external-secrets.io, https://sealed-secrets.netlify.app,
// https://developer.1password.com/docs/k8s/operator, https://developer.hashicorp.com/vault/docs/platform/k8s/vso,
// https://secrets-store-csi-driver.sigs.k8s.io, https://infisical.com/docs, https://docs.doppler.com,
// https://bitwarden.com/help.
func operators() []operator {
	return []operator{
		{"external-secrets.io", "ExternalSecret", [][]string{{"spec", "target", "name"}}, nil, externalKeys},
		{
			"external-secrets.io", "ClusterExternalSecret",
			[][]string{{"spec", "externalSecretName"}},
			nil,
			func(o map[string]any) []string {
				spec, _, _ := unstructured.NestedMap(o, "spec", "externalSecretSpec")
				return externalKeys(map[string]any{"spec": spec})
			},
		},
		{
			"bitnami.com", "SealedSecret",
			[][]string{{"spec", "template", "metadata", "name"}},
			[][]string{{"spec", "template", "metadata", "namespace"}},
			under("spec", "encryptedData"),
		},
		{"onepassword.com", "OnePasswordItem", nil, nil, nil},
		{
			"secrets.hashicorp.com", "VaultStaticSecret",
			[][]string{{"spec", "destination", "name"}},
			nil,
			under("spec", "destination", "transformation", "templates"),
		},
		{
			"secrets.hashicorp.com", "VaultDynamicSecret",
			[][]string{{"spec", "destination", "name"}},
			nil,
			under("spec", "destination", "transformation", "templates"),
		},
		{"secrets.hashicorp.com", "VaultPKISecret", [][]string{{"spec", "destination", "name"}}, nil, nil},
		{
			"redhatcop.redhat.io", "VaultSecret",
			[][]string{{"spec", "output", "name"}},
			nil,
			under("spec", "output", "stringData"),
		},
		{"ricoberger.de", "VaultSecret", nil, nil, listed("spec", "keys")},
		{"isindir.github.com", "SopsSecret", nil, nil, nil},
		{
			"secrets.infisical.com", "InfisicalSecret",
			[][]string{{"spec", "managedSecretReference", "secretName"}},
			[][]string{{"spec", "managedSecretReference", "secretNamespace"}},
			nil,
		},
		{
			"secrets.doppler.com", "DopplerSecret",
			[][]string{{"spec", "managedSecret", "name"}},
			[][]string{{"spec", "managedSecret", "namespace"}},
			nil,
		},
		{
			"k8s.bitwarden.com", "BitwardenSecret",
			[][]string{{"spec", "secretName"}},
			nil,
			func(o map[string]any) []string { return fieldsOf(o, "secretKeyName", "spec", "map") },
		},
		{
			"lerentis.uploadfilter24.eu", "BitwardenSecret",
			[][]string{{"spec", "name"}},
			[][]string{{"spec", "namespace"}},
			nil,
		},
		{"secretgenerator.mittwald.de", "StringSecret", nil, nil, nil},
		{
			"kubernetes-client.io", "ExternalSecret", nil, nil,
			func(o map[string]any) []string { return fieldsOf(o, "name", "spec", "data") },
		},
		{"akv2k8s.io", "AzureKeyVaultSecret", [][]string{{"spec", "output", "secret", "name"}}, nil, nil},
	}
}

// Foreign reports whether an object makes Secrets, or brings them from elsewhere, by an operator that is no part of
// the edge.
func Foreign(o *unstructured.Unstructured) bool {
	group := o.GroupVersionKind().Group
	return slices.ContainsFunc(operators(), func(k operator) bool { return k.group == group }) ||
		strings.HasSuffix(group, "external-secrets.io") ||
		group == "secrets-store.csi.x-k8s.io"
}

// makersOf finds them in a bundle.
func makersOf(b *bundle.Bundle) []maker {
	var all []maker
	for _, s := range b.Sealed {
		if s.GetKind() == "Secret" {
			all = append(all, maker{s.Object, operator{}})
		}
	}
	for _, o := range b.Objects() {
		gvk := o.GroupVersionKind()
		if gvk.Kind == "SecretProviderClass" {
			all = append(all, maker{o, operator{group: gvk.Group, kind: gvk.Kind}})
		}
		for _, kind := range operators() {
			if kind.group == gvk.Group && kind.kind == gvk.Kind {
				all = append(all, maker{o, kind})
			}
		}
		if gvk.Group == "" && gvk.Kind == "Secret" && placeholder(o.Object) {
			all = append(all, maker{o, operator{kind: "placeholder"}})
		}
	}
	return all
}

// makes lists the Secrets that an object makes, with the keys that it names.
func (m maker) makes(b *bundle.Bundle) []Secret {
	o := m.object
	file, line := b.Position(o, "")
	s := Secret{Namespace: o.GetNamespace(), Name: o.GetName(), From: o.GetKind() + " " + o.GetNamespace() + "/" +
		o.GetName(), File: file, Line: line}
	switch m.kind.kind {
	case "", "placeholder":
		s.Reason = "it is encrypted with SOPS, and no key is at hand"
		if m.kind.kind == "placeholder" {
			s.Reason = "its values are placeholders that a plugin fills in"
		}
		s.Type, _, _ = unstructured.NestedString(o.Object, "type")
		s.add(slices.Concat(under("data")(o.Object), under("stringData")(o.Object))...)
		return []Secret{s}
	case "SecretProviderClass":
		return m.provided(s)
	}
	s.Reason = o.GetKind() + " makes it, whose operator is no part of the edge"
	s.Name = first(o.Object, s.Name, m.kind.name)
	s.Namespace = first(o.Object, s.Namespace, m.kind.namespace)
	s.Type = first(o.Object, "", [][]string{
		{"spec", "template", "type"},
		{"spec", "target", "template", "type"},
		{"type"},
	})
	if m.kind.keys != nil {
		s.add(m.kind.keys(o.Object)...)
	}
	return []Secret{s}
}

// provided lists the Secrets that the CSI driver of secret stores makes.
func (m maker) provided(s Secret) []Secret {
	objects, _, _ := unstructured.NestedSlice(m.object.Object, "spec", "secretObjects")
	var all []Secret
	for _, object := range objects {
		entry, _ := object.(map[string]any)
		made := s
		made.Name, _ = entry["secretName"].(string)
		made.Reason = "SecretProviderClass makes it, whose driver is no part of the edge"
		made.Keys = nil
		made.add(fieldsOf(entry, "key", "data")...)
		all = append(all, made)
	}
	return all
}

func (s *Secret) add(names ...string) {
	for _, name := range names {
		if name != "" && !slices.ContainsFunc(s.Keys, func(k Key) bool { return k.Name == name }) {
			s.Keys = append(s.Keys, Key{Name: name, Purpose: Random})
		}
	}
}

// placeholder reports whether a Secret's values are those of argocd-vault-plugin: <path:…#key> or <key>.
func placeholder(object map[string]any) bool {
	for _, field := range []string{"data", "stringData"} {
		values, _ := object[field].(map[string]any)
		for _, value := range values {
			if text, _ := value.(string); strings.HasPrefix(text, "<") && strings.HasSuffix(text, ">") {
				return true
			}
		}
	}
	return false
}

// externalKeys are the keys that an ExternalSecret names; those of dataFrom are known to the store only.
func externalKeys(o map[string]any) []string {
	template := under("spec", "target", "template", "data")(o)
	if len(template) > 0 {
		if policy := first(o, "", [][]string{{"spec", "target", "template", "mergePolicy"}}); policy != "Merge" {
			return template
		}
	}
	return append(template, fieldsOf(o, "secretKey", "spec", "data")...)
}

// under lists the keys of the map at a path.
func under(path ...string) func(map[string]any) []string {
	return func(o map[string]any) []string {
		value, _, _ := unstructured.NestedFieldNoCopy(o, path...)
		entries, _ := value.(map[string]any)
		return slices.Sorted(maps.Keys(entries))
	}
}

func listed(path ...string) func(map[string]any) []string {
	return func(o map[string]any) []string {
		list, _, _ := unstructured.NestedStringSlice(o, path...)
		return list
	}
}

// fieldsOf lists a field of each entry of the list at a path.
func fieldsOf(o map[string]any, field string, path ...string) []string {
	value, _, _ := unstructured.NestedFieldNoCopy(o, path...)
	list, _ := value.([]any)
	var all []string
	for _, item := range list {
		entry, _ := item.(map[string]any)
		if text, _ := entry[field].(string); text != "" {
			all = append(all, text)
		}
	}
	return all
}

func first(o map[string]any, otherwise string, paths [][]string) string {
	for _, path := range paths {
		if text, _, _ := unstructured.NestedString(o, path...); text != "" {
			return text
		}
	}
	return otherwise
}
