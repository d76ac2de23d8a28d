package facts

import (
	"strings"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
)

// Component is a program of the edge, whatever its objects are called.
type Component string

// The components. CertManager is its controller; the webhook and the CA injector are components of their own.
const (
	ExternalDNS Component = "external-dns"
	Traefik     Component = "traefik"
	CertManager Component = "cert-manager"
	Webhook     Component = "cert-manager-webhook"
	CAInjector  Component = "cert-manager-cainjector"
)

// ComponentOf recognises what a pod runs by the images of its containers, since names and labels are the bundle's to choose.
// It is empty for anything else.
func ComponentOf(spec core.PodSpec) Component {
	for _, c := range spec.Containers {
		name := c.Image[strings.LastIndex(c.Image, "/")+1:]
		name, _, _ = strings.Cut(name, "@")
		name, _, _ = strings.Cut(name, ":")
		switch name {
		case "cert-manager-controller":
			return CertManager
		case "external-dns", "traefik", "cert-manager-webhook", "cert-manager-cainjector":
			return Component(name)
		}
	}
	return ""
}

// Running lists the Deployments of a component.
func (s *Snapshot) Running(c Component) []apps.Deployment {
	var out []apps.Deployment
	for _, d := range s.Deployments {
		if ComponentOf(d.Spec.Template.Spec) == c {
			out = append(out, d)
		}
	}
	return out
}

// Args are the values of a repeatable flag of a Deployment's containers, in both forms, --name=value and --name value.
func Args(d *apps.Deployment, flag string) []string {
	var out []string
	for _, c := range d.Spec.Template.Spec.Containers {
		words := append(append([]string{}, c.Command...), c.Args...)
		for i, word := range words {
			if value, ok := strings.CutPrefix(word, "--"+flag+"="); ok {
				out = append(out, value)
			} else if word == "--"+flag && i+1 < len(words) {
				out = append(out, words[i+1])
			}
		}
	}
	return out
}
