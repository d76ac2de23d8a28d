package survey

import (
	"slices"
	"strings"

	certmanagerv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/standin"
)

// Edge is what of a bundle makes hosts reachable.
type Edge struct {
	Objects      int           `json:"objects"`
	Components   []Component   `json:"components"`
	ExternalDNS  []ExternalDNS `json:"externalDNS"`
	Issuers      []Issuer      `json:"issuers"`
	Certificates int           `json:"certificates"`
	Routes       []Route       `json:"routes"`
}

// Component is one program of the edge.
type Component struct {
	Name    string `json:"name"`
	Role    Role   `json:"role"`
	Object  string `json:"object"` // its workload; the release where that is not rendered
	Image   string `json:"image,omitempty"`
	Missing string `json:"missing,omitempty"` // why it is not rendered
	File    string `json:"file"`
	Line    int    `json:"line"`
}

// ExternalDNS is how one external-dns is set up.
type ExternalDNS struct {
	Object      string   `json:"object"`
	Provider    string   `json:"provider"`
	Sources     []string `json:"sources"`
	Zones       []string `json:"zones"`
	Owner       string   `json:"owner,omitempty"`
	Proxied     bool     `json:"proxied"`
	Filters     []string `json:"filters,omitempty"` // that leave objects out
	Credentials []string `json:"credentials"`
}

// Issuer is an ACME issuer.
type Issuer struct {
	Object    string   `json:"object"`
	Directory string   `json:"directory"`
	Solvers   []string `json:"solvers"`
}

// Route is an object that says how hosts are served.
type Route struct {
	Object   string   `json:"object"`
	Hosts    []string `json:"hosts"`
	Services []string `json:"services"`
	File     string   `json:"file"`
	Line     int      `json:"line"`
}

// Application is a workload behind a route.
type Application struct {
	Object   string   `json:"object"`
	Services []string `json:"services"`
	Images   []string `json:"images"`
}

func label(o bundle.Object) string {
	if o.GetNamespace() == "" {
		return o.GetKind() + " " + o.GetName()
	}
	return o.GetKind() + " " + o.GetNamespace() + "/" + o.GetName()
}

func (s *Survey) edge(objects []bundle.Object) {
	e := Edge{
		Objects: len(objects), Components: []Component{}, ExternalDNS: []ExternalDNS{}, Issuers: []Issuer{},
		Routes: []Route{},
	}
	sources := settings(objects)
	for _, o := range objects {
		switch kind := o.GetKind(); {
		case kind == "ClusterIssuer", kind == "Issuer":
			e.Issuers = append(e.Issuers, issuerOf(o))
		case kind == "Certificate":
			e.Certificates++
		case isRoute(o):
			file, line := s.position(o, "")
			route := Route{Object: label(o), Hosts: hosts(o), Services: []string{}, File: file, Line: line}
			for _, b := range backends(o.Object) {
				if b.name != "" && !slices.Contains(route.Services, b.name) {
					route.Services = append(route.Services, b.name)
				}
			}
			e.Routes = append(e.Routes, route)
		}
		pod, ok := standin.PodOf(o)
		if !ok {
			continue
		}
		if config, ok := externaldns.Read(o.GetNamespace(), pod, sources); ok {
			e.ExternalDNS = append(e.ExternalDNS, externalDNS(o, config))
		}
		if p, image, ok := programOf(pod); ok {
			file, line := s.position(o, "")
			e.Components = append(e.Components, Component{
				Name: p.name, Role: p.role, Object: label(o), Image: image,
				File: file, Line: line,
			})
		}
	}
	for _, stage := range s.bundle.Stages {
		for _, r := range stage.Releases {
			if p, ok := programOfChart(r.Chart); ok && r.Missing != "" {
				name, object, _ := strings.Cut(r.Source, ": ")
				_, line := s.bundle.Position(bundle.Object{Unstructured: &unstructured.Unstructured{}, Source: r.Source}, "")
				e.Components = append(e.Components, Component{
					Name: p.name, Role: p.role, Object: object, Missing: r.Missing,
					File: s.file(name), Line: line,
				})
			}
		}
	}
	s.Edge = e
}

// settings gathers what pods may take their settings from.
func settings(objects []bundle.Object) externaldns.Sources {
	sources := externaldns.Sources{
		ConfigMaps: map[types.NamespacedName]map[string]string{},
		SecretKeys: map[types.NamespacedName][]string{},
	}
	for _, o := range objects {
		name := types.NamespacedName{Namespace: o.GetNamespace(), Name: o.GetName()}
		if o.GetKind() == "ConfigMap" {
			sources.ConfigMaps[name], _, _ = unstructured.NestedStringMap(o.Object, "data")
		}
	}
	return sources
}

func externalDNS(o bundle.Object, c externaldns.Config) ExternalDNS {
	out := ExternalDNS{
		Object: label(o), Provider: c.Provider, Sources: c.Sources, Zones: []string{}, Owner: c.OwnerID, Proxied: c.Proxied,
		Credentials: []string{},
	}
	out.Zones = append(out.Zones, c.Filter.Zones()...)
	for _, flag := range []string{
		"annotation-filter", "label-filter", "ingress-class", "gateway-name",
		"gateway-namespace", "gateway-label-filter", "namespace",
	} {
		for _, value := range c.Values(flag) {
			out.Filters = append(out.Filters, "--"+flag+"="+value)
		}
	}
	for _, credential := range c.Credentials {
		text := credential.Variable
		if !credential.Plain() {
			text += " from Secret " + credential.Secret.Namespace + "/" + credential.Secret.Name
		}
		out.Credentials = append(out.Credentials, text)
	}
	return out
}

func issuerOf(o bundle.Object) Issuer {
	out := Issuer{Object: label(o), Solvers: []string{}}
	var issuer certmanagerv1.ClusterIssuer
	if runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &issuer) != nil || issuer.Spec.ACME == nil {
		return out
	}
	out.Directory = issuer.Spec.ACME.Server
	for _, solver := range issuer.Spec.ACME.Solvers {
		kind := "http01"
		if solver.DNS01 != nil {
			kind = "dns01"
			if solver.DNS01.Cloudflare != nil {
				kind = "dns01/cloudflare"
			}
		}
		if !slices.Contains(out.Solvers, kind) {
			out.Solvers = append(out.Solvers, kind)
		}
	}
	return out
}

// hosts are the names that a route is for.
func hosts(o bundle.Object) []string {
	all := []string{}
	add := func(host string) {
		if host != "" && !slices.Contains(all, host) {
			all = append(all, host)
		}
	}
	names, _, _ := unstructured.NestedStringSlice(o.Object, "spec", "hostnames")
	more, _, _ := unstructured.NestedStringSlice(o.Object, "spec", "hosts")
	for _, host := range slices.Concat(names, more) {
		add(host)
	}
	for _, field := range []string{"rules", "routes"} {
		list, _, _ := unstructured.NestedSlice(o.Object, "spec", field)
		for _, item := range list {
			entry, _ := item.(map[string]any)
			host, _ := entry["host"].(string)
			add(host)
			rule, _ := entry["match"].(string)
			for _, host := range hostsOfRule(rule) {
				add(host)
			}
		}
	}
	return all
}

// hostsOfRule reads the names of Traefik's Host(`a`, `b`) and HostSNI.
func hostsOfRule(rule string) []string {
	var all []string
	for _, part := range strings.Split(rule, "Host")[1:] {
		inside, _, _ := strings.Cut(strings.TrimLeft(strings.TrimPrefix(part, "SNI"), "("), ")")
		for _, name := range strings.Split(inside, ",") {
			if name = strings.Trim(strings.TrimSpace(name), "`\"'"); name != "" && !strings.ContainsAny(name, "{}^$ *(") {
				all = append(all, name)
			}
		}
	}
	return all
}

func (s *Survey) standIns() {
	s.StandIns.Applications = []Application{}
	var users []bundle.Object
	for i, o := range s.chosen.objects {
		if s.chosen.why[i] == "" {
			continue
		}
		if !s.chosen.apps[i] {
			users = append(users, o)
			continue
		}
		pod, _ := standin.PodOf(o)
		app := Application{Object: label(o), Services: []string{}, Images: imagesOf(pod)}
		s.StandIns.Applications = append(s.StandIns.Applications, app)
	}
	s.StandIns.Secrets = standin.Secrets(s.bundle, users)
	if s.StandIns.Secrets == nil {
		s.StandIns.Secrets = []standin.Secret{}
	}
	for i, secret := range s.StandIns.Secrets {
		s.StandIns.Secrets[i].File = s.file(secret.File)
	}
}

func imagesOf(pod corev1.PodSpec) []string {
	all := []string{}
	for _, c := range pod.Containers {
		all = append(all, c.Image)
	}
	return all
}
