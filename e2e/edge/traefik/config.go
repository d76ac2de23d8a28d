// Package traefik knows how Traefik behaves as an ingress controller: where its static configuration comes from, its
// entry points, which Ingresses it takes and which address it publishes, the annotations that it reads, and what it
// logs and answers itself (traefik v3.6, read in source).
//
// It reads plain data and Kubernetes types, and does no I/O. It must not know how facts are collected, nor judge or
// explain: one place says what Traefik does, and the rooms above ask here.
package traefik

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/edge/commandline"
	"github.com/edgeproof/edgeproof/e2e/edge/image"
)

const (
	// Program is what an image of Traefik is called.
	Program = "traefik"
	// Controller is what an IngressClass of Traefik names as its controller.
	Controller = "traefik.io/ingress-controller"
	// GatewayController is what a GatewayClass of Traefik names as its controller.
	GatewayController = "traefik.io/gateway-controller"
	// Class is that which Traefik takes by annotation when no filter is set.
	Class = "traefik"
)

// The settings that others have to name, as flags.
const (
	PublishedService = "providers.kubernetesingress.ingressendpoint.publishedservice"
	EndpointAddress  = "providers.kubernetesingress.ingressendpoint.ip"
	EndpointName     = "providers.kubernetesingress.ingressendpoint.hostname"
	OnlyNamespaces   = "providers.kubernetesingress.namespaces"
	OnlyClass        = "providers.kubernetesingress.ingressclass"
)

// Config is the static configuration of one Traefik.
type Config struct {
	// Version is that of its image; nil when it is not known.
	Version *semver.Version
	// Unread is what holds its configuration and is not known: "ConfigMap traefik/traefik", "file
	// /etc/traefik/traefik.toml".
	Unread string

	values map[string]string // by name in lower case, since Traefik does not tell cases apart
}

// Read reads the static configuration from the pod template of a workload, of whatever kind that is, and from the
// ConfigMaps that are known; false when the pod has no container of Traefik.
//
// Traefik takes it from one place alone: a file, or else the command line, or else the environment
// (cmd/traefik/traefik.go, loaders).
func Read(namespace string, pod core.PodSpec, known map[types.NamespacedName]map[string]string) (Config, bool) {
	at := slices.IndexFunc(pod.Containers, func(c core.Container) bool { return image.Is(c.Image, Program) })
	if at < 0 {
		return Config{}, false
	}
	container := &pod.Containers[at]
	c := Config{Version: image.Version(container.Image)}
	flags := map[string]string{}
	for name, values := range commandline.Read(slices.Concat(container.Command, container.Args)) {
		flags[name] = values[len(values)-1]
	}
	if file, given := flags["configfile"]; given {
		c.values, c.Unread = readFile(namespace, &pod, container, file, known)
		return c, true
	}
	for _, file := range []string{"/etc/traefik/traefik.yaml", "/etc/traefik/traefik.yml"} {
		if values, _ := readFile(namespace, &pod, container, file, known); values != nil {
			c.values = values
			return c, true
		}
	}
	if c.values = flags; len(flags) == 0 {
		c.values = variables(container.Env)
	}
	return c, true
}

// variables reads an environment: TRAEFIK_ENTRYPOINTS_WEB_ADDRESS.
func variables(env []core.EnvVar) map[string]string {
	out := map[string]string{}
	for _, e := range env {
		if name, ok := strings.CutPrefix(e.Name, "TRAEFIK_"); ok && e.ValueFrom == nil {
			out[strings.ToLower(strings.ReplaceAll(name, "_", "."))] = e.Value
		}
	}
	return out
}

// readFile reads a file that a ConfigMap holds; otherwise it says what is not known.
func readFile(
	namespace string, pod *core.PodSpec, container *core.Container, file string,
	known map[types.NamespacedName]map[string]string,
) (map[string]string, string) {
	for _, mount := range container.VolumeMounts {
		key, inside := strings.CutPrefix(path.Clean(file), path.Clean(mount.MountPath)+"/")
		if mount.SubPath != "" && path.Clean(file) == path.Clean(mount.MountPath) {
			key, inside = mount.SubPath, true
		}
		at := slices.IndexFunc(
			pod.Volumes,
			func(v core.Volume) bool { return v.Name == mount.Name && v.ConfigMap != nil },
		)
		if !inside || at < 0 {
			continue
		}
		source := pod.Volumes[at].ConfigMap
		for _, item := range source.Items {
			if item.Path == key {
				key = item.Key
			}
		}
		name := types.NamespacedName{Namespace: namespace, Name: source.Name}
		text, ok := known[name][key]
		if !ok {
			return nil, "ConfigMap " + name.String()
		}
		var tree map[string]any
		if err := yaml.Unmarshal([]byte(text), &tree); err != nil || strings.HasSuffix(file, ".toml") {
			return nil, fmt.Sprintf("file %s of ConfigMap %s", file, name)
		}
		out := map[string]string{}
		flatten(tree, "", out)
		return out, ""
	}
	return nil, "file " + file
}

// flatten names the leaves of a file as flags do. An object without entries switches something on, as its flag does.
func flatten(value any, name string, into map[string]string) {
	switch v := value.(type) {
	case map[string]any:
		if len(v) == 0 {
			into[name] = "true"
		}
		for key, inner := range v {
			flatten(inner, strings.TrimPrefix(name+"."+strings.ToLower(key), "."), into)
		}
	case []any:
		list := make([]string, 0, len(v))
		for _, entry := range v {
			list = append(list, fmt.Sprint(entry))
		}
		into[name] = strings.Join(list, ",")
	default:
		into[name] = fmt.Sprint(v)
	}
}

// Value is that of a setting by the name of its flag, "" when it is not set.
func (c Config) Value(name string) string { return c.values[strings.ToLower(name)] }

// EntryPoints are the names of the entry points, and whether each speaks TLS to all of its routers; nil when no
// setting names any.
func (c Config) EntryPoints() map[string]bool {
	var out map[string]bool
	for setting := range maps.Keys(c.values) {
		n, named := strings.CutPrefix(setting, "entrypoints.")
		n, addressed := strings.CutSuffix(n, ".address")
		if !named || !addressed {
			continue
		}
		if out == nil {
			out = map[string]bool{}
		}
		out[n] = c.on("entrypoints." + n + ".http.tls")
	}
	return out
}

// on reports whether a section is switched on: by its own name, or by a setting within it.
func (c Config) on(section string) bool {
	if value, given := c.values[section]; given {
		return value != "false"
	}
	for setting := range c.values {
		if strings.HasPrefix(setting, section+".") {
			return true
		}
	}
	return false
}

// Service is the Service whose address it publishes, by its settings; false when they name none.
func (c Config) Service() (types.NamespacedName, bool) {
	setting := cmp.Or(c.Value(PublishedService), c.Value(OfNGINX.Section()+".publishservice"))
	namespace, name, ok := strings.Cut(setting, "/")
	return types.NamespacedName{Namespace: namespace, Name: name}, ok
}

// Namespaces are those that it watches alone; nil for all.
func (c Config) Namespaces() []string {
	if only := c.Value(OnlyNamespaces); only != "" {
		return strings.Split(only, ",")
	}
	return nil
}
