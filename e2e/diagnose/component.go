package diagnose

import (
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Down reports whether a component has a Deployment that should have pods by now, and none is available. A pod that
// was just made and waits for nothing in particular is on its way: that is how it is after a restart.
func (r *Route) Down(c *Program) bool {
	if c.Deployment == nil || c.Available() || r.Age(c.CreationTimestamp.Time) < starting {
		return false
	}
	stuck, _ := c.Waiting(stuckFor()...)
	return stuck != nil ||
		!slices.ContainsFunc(c.Pods, func(p *core.Pod) bool { return r.Age(p.CreationTimestamp.Time) < starting })
}

// stuckFor are the reasons for which a container waits that do not pass by themselves.
func stuckFor() []string {
	return []string{
		"CrashLoopBackOff",
		"ImagePullBackOff",
		"ErrImagePull",
		"InvalidImageName",
		"CreateContainerError",
		"CreateContainerConfigError",
	}
}

// DownEvidence tells of the component's replicas, and of a pod that waits.
func DownEvidence(c *Program) []Evidence {
	out := []Evidence{Fact(c.String(), "%d replicas available of %d", c.Status.AvailableReplicas, replicas(c))}
	if pod, w := c.Waiting(stuckFor()...); pod != nil {
		out = append(out, Fact(Object("Pod", pod.Namespace, pod.Name), "%s: %s", w.Reason, w.Message))
	}
	return out
}

// Program is a program of the edge as it runs: its Deployment with what is read of it once.
type Program struct {
	*apps.Deployment             // nil when there is none
	Pods             []*core.Pod // that the Deployment selects
	Version          *semver.Version
	flags            map[string][]string // by lower-case name without dashes, since Traefik does not tell cases apart
	Log              []facts.Line        // oldest first, that of earlier runs before that of later ones
}

// components finds the first Deployment of each component.
func (x *Index) components() map[facts.Component]*Program {
	out := map[facts.Component]*Program{}
	for _, name := range []facts.Component{
		facts.ExternalDNS, facts.Traefik, facts.CertManager, facts.Webhook,
		facts.CAInjector,
	} {
		out[name] = &Program{}
	}
	for i := range x.Snapshot.Deployments {
		d := &x.Snapshot.Deployments[i]
		c := out[facts.ComponentOf(d.Spec.Template.Spec)]
		if c == nil || c.Deployment != nil {
			continue
		}
		c.Deployment, c.flags, c.Version = d, flagsOf(d), versionOf(d)
		selector, err := meta.LabelSelectorAsSelector(d.Spec.Selector)
		if err != nil {
			continue // the API server takes no such Deployment
		}
		for _, pod := range x.Pods[d.Namespace] {
			if selector.Matches(labels.Set(pod.Labels)) {
				c.Pods = append(c.Pods, pod)
			}
		}
	}
	for i := range x.Snapshot.Logs {
		if l := &x.Snapshot.Logs[i]; out[l.Component] != nil {
			out[l.Component].Log = append(out[l.Component].Log, l.Lines...)
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

// Before reports whether the component is known to be older than major.minor. An unknown version is taken for a new
// one.
func (c *Program) Before(major, minor uint64) bool {
	return c.Version != nil && c.Version.LessThan(semver.New(major, minor, 0, "", ""))
}

// Flag is the last value of a flag, "" when it is not given.
func (c *Program) Flag(name string) string {
	values := c.flags[strings.ToLower(name)]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// String names the Deployment.
func (c *Program) String() string {
	if c.Deployment == nil {
		return "Deployment (none)"
	}
	return "Deployment " + c.Namespace + "/" + c.Name
}

// Space is the namespace that the component runs in, "" when it is not known to run.
func (c *Program) Space() string {
	if c.Deployment == nil {
		return ""
	}
	return c.Namespace
}

// Waiting is the first container of the component's pods that waits for one of the reasons:
// "CreateContainerConfigError".
func (c *Program) Waiting(reasons ...string) (*core.Pod, *core.ContainerStateWaiting) {
	for _, pod := range c.Pods {
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

// Available reports whether the Deployment asks for pods and has one that is ready.
func (c *Program) Available() bool { return c.Deployment != nil && c.Status.AvailableReplicas > 0 }

// starting is how long a component may take to be there after it was made.
const starting = 2 * time.Minute

func replicas(c *Program) int32 {
	if c.Spec.Replicas == nil {
		return 1
	}
	return *c.Spec.Replicas
}
