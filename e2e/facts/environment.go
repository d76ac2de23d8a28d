package facts

import (
	"context"
	"fmt"
	"strings"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
)

// Environment is what the pods of external-dns take their settings from.
func (s *Snapshot) Environment() externaldns.Sources {
	out := externaldns.Sources{
		ConfigMaps: map[types.NamespacedName]map[string]string{}, SecretKeys: map[types.NamespacedName][]string{},
	}
	for i := range s.ConfigMaps {
		m := &s.ConfigMaps[i]
		out.ConfigMaps[types.NamespacedName{Namespace: m.Namespace, Name: m.Name}] = m.Data
	}
	for i := range s.Secrets {
		name := types.NamespacedName{Namespace: s.Secrets[i].Namespace, Name: s.Secrets[i].Name}
		for _, key := range s.Secrets[i].Keys {
			out.SecretKeys[name] = append(out.SecretKeys[name], key.Name)
		}
	}
	return out
}

// configMaps makes a task for each ConfigMap that external-dns takes settings from. Others are never read.
func (c *collection) configMaps() []task {
	if !c.s.Has(ConfigMaps) {
		return nil
	}
	named := map[types.NamespacedName]bool{}
	for _, d := range c.s.Workloads(ExternalDNS) {
		for _, name := range mapsOf(d.Namespace, d.Template.Spec) {
			named[name] = true
		}
	}
	out := make([]task, 0, len(named))
	for name := range named {
		out = append(out, func(ctx context.Context) { c.configMap(ctx, name) })
	}
	return out
}

// mapsOf are the ConfigMaps that the container of external-dns takes variables from.
func mapsOf(namespace string, pod core.PodSpec) []types.NamespacedName {
	container := pod.Containers[externaldns.Find(pod)]
	var out []types.NamespacedName
	for _, source := range container.EnvFrom {
		if source.ConfigMapRef != nil {
			out = append(out, types.NamespacedName{Namespace: namespace, Name: source.ConfigMapRef.Name})
		}
	}
	for _, e := range container.Env {
		if e.ValueFrom != nil && e.ValueFrom.ConfigMapKeyRef != nil {
			out = append(out, types.NamespacedName{Namespace: namespace, Name: e.ValueFrom.ConfigMapKeyRef.Name})
		}
	}
	return out
}

// configMap reads one. A missing one has no data, which is then known.
func (c *collection) configMap(ctx context.Context, name types.NamespacedName) {
	var found core.ConfigMap
	found.Namespace, found.Name = name.Namespace, name.Name
	if err := c.from.Kube.Get(ctx, name, &found); err != nil && !apierrors.IsNotFound(err) {
		c.fail(ConfigMaps, name.String(), fmt.Errorf("read ConfigMap %s: %w", name, err))
		return
	}
	c.secrets.concealData(found.Data)
	found.BinaryData = nil
	c.keep(func(s *Snapshot) { s.ConfigMaps = append(s.ConfigMaps, found) })
}

// isFile reports whether the value of a variable is the path of a file with the value: a path is no secret.
func isFile(value string) bool { return strings.HasPrefix(value, "file:") }

// credentialsOf are the entries of Secrets that external-dns takes its credential from.
func credentialsOf(s *Snapshot) []naming {
	var out []naming
	environment := s.Environment()
	for _, d := range s.Workloads(ExternalDNS) {
		config, _ := externaldns.Read(d.Namespace, d.Template.Spec, environment)
		for _, credential := range config.Credentials {
			if credential.Plain() {
				continue
			}
			n := naming{
				entry: entryIn(credential.Secret), by: d.String(),
				global: credential.Global(), whole: credential.Whole,
			}
			if email := credential.Email; email.Secret != (externaldns.SecretKey{}) {
				n.email.from = entryIn(email.Secret)
			} else {
				n.email.text = email.Value
			}
			out = append(out, n)
		}
	}
	return out
}

func entryIn(key externaldns.SecretKey) entry { return entry{key.NamespacedName, key.Key} }
