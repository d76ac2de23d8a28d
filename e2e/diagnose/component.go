package diagnose

import (
	"strings"

	"github.com/Masterminds/semver/v3"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// component is a program of the edge as it runs: its Deployment with what is read of it once.
type component struct {
	*apps.Deployment             // nil when there is none
	pods             []*core.Pod // that the Deployment selects
	version          *semver.Version
	flags            map[string][]string // by lower-case name without dashes, since Traefik does not tell cases apart
	log              []facts.Line        // oldest first, that of earlier runs before that of later ones
}

// components finds the first Deployment of each component.
func (x *index) components() map[facts.Component]*component {
	out := map[facts.Component]*component{}
	for _, name := range []facts.Component{facts.ExternalDNS, facts.Traefik, facts.CertManager, facts.Webhook, facts.CAInjector} {
		out[name] = &component{}
	}
	for i := range x.s.Deployments {
		d := &x.s.Deployments[i]
		c := out[facts.ComponentOf(d.Spec.Template.Spec)]
		if c == nil || c.Deployment != nil {
			continue
		}
		c.Deployment, c.flags, c.version = d, flagsOf(d), versionOf(d)
		selector, err := meta.LabelSelectorAsSelector(d.Spec.Selector)
		if err != nil {
			continue // the API server takes no such Deployment
		}
		for _, pod := range x.pods[d.Namespace] {
			if selector.Matches(labels.Set(pod.Labels)) {
				c.pods = append(c.pods, pod)
			}
		}
	}
	for i := range x.s.Logs {
		if l := &x.s.Logs[i]; out[l.Component] != nil {
			out[l.Component].log = append(out[l.Component].log, l.Lines...)
		}
	}
	return out
}

func flagsOf(d *apps.Deployment) map[string][]string {
	out := map[string][]string{}
	for _, c := range d.Spec.Template.Spec.Containers {
		words := append(append([]string{}, c.Command...), c.Args...)
		for i, word := range words {
			name, ok := strings.CutPrefix(word, "--")
			if !ok {
				continue
			}
			name, value, given := strings.Cut(name, "=")
			switch {
			case given:
			case i+1 < len(words) && !strings.HasPrefix(words[i+1], "-"):
				value = words[i+1]
			default:
				value = "true"
			}
			name = strings.ToLower(name)
			out[name] = append(out[name], value)
		}
	}
	return out
}

// versionOf reads the tag of the component's image; nil when it is no version.
func versionOf(d *apps.Deployment) *semver.Version {
	for _, c := range d.Spec.Template.Spec.Containers {
		image, _, _ := strings.Cut(c.Image, "@")
		if tag := image[strings.LastIndex(image, ":")+1:]; tag != "" {
			if v, err := semver.NewVersion(tag); err == nil {
				return v
			}
		}
	}
	return nil
}

// before reports whether the component is known to be older than major.minor. An unknown version is taken for a new one.
func (c *component) before(major, minor uint64) bool {
	return c.version != nil && c.version.LessThan(semver.New(major, minor, 0, "", ""))
}

// flag is the last value of a flag, "" when it is not given.
func (c *component) flag(name string) string {
	values := c.flags[strings.ToLower(name)]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// String names the Deployment.
func (c *component) String() string {
	if c.Deployment == nil {
		return "Deployment (none)"
	}
	return "Deployment " + c.Namespace + "/" + c.Name
}

// space is the namespace that the component runs in, "" when it is not known to run.
func (c *component) space() string {
	if c.Deployment == nil {
		return ""
	}
	return c.Namespace
}

// waiting is the first container of the component's pods that waits for one of the reasons: "CreateContainerConfigError".
func (c *component) waiting(reasons ...string) (*core.Pod, *core.ContainerStateWaiting) {
	for _, pod := range c.pods {
		for i := range pod.Status.ContainerStatuses {
			w := pod.Status.ContainerStatuses[i].State.Waiting
			for _, reason := range reasons {
				if w != nil && w.Reason == reason {
					return pod, w
				}
			}
		}
	}
	return nil, nil
}

// available reports whether the Deployment asks for pods and has one that is ready.
func (c *component) available() bool { return c.Deployment != nil && c.Status.AvailableReplicas > 0 }
