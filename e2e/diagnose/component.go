package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/edgeproof/edgeproof/e2e/edge/commandline"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Program is a program of the edge as it runs: its workload with what is read of it once.
type Program struct {
	facts.Workload // without metadata when there is none

	Pods    []*core.Pod // that the workload selects
	Version *semver.Version
	flags   commandline.Flags
	Log     []facts.Line // oldest first, that of earlier runs before that of later ones
}

// components finds the workloads of each component; one that does not run stands for a component without any. The
// first of a component is one that is available, where one is.
func (x *Index) components() map[facts.Component][]*Program {
	out := map[facts.Component][]*Program{}
	owner := map[string]*Program{} // by "namespace/pod"
	for _, w := range x.Snapshot.AllWorkloads() {
		name := facts.ComponentOf(w.Template.Spec)
		if name == "" {
			continue
		}
		p := &Program{Workload: w, flags: commandline.OfPod(w.Template.Spec), Version: versionOf(w.Template.Spec)}
		out[name] = append(out[name], p)
		selector, err := meta.LabelSelectorAsSelector(w.Selector)
		if err != nil {
			continue // the API server takes no such workload
		}
		for _, pod := range x.Pods[w.Namespace] {
			if selector.Matches(labels.Set(pod.Labels)) {
				p.Pods = append(p.Pods, pod)
				owner[pod.Namespace+"/"+pod.Name] = p
			}
		}
	}
	for _, name := range []facts.Component{
		facts.ExternalDNS, facts.Traefik, facts.CertManager, facts.Webhook, facts.CAInjector,
	} {
		if len(out[name]) == 0 {
			out[name] = []*Program{{}}
		}
		slices.SortStableFunc(out[name], func(a, b *Program) int { return cmp.Compare(rank(a), rank(b)) })
	}
	for i := range x.Snapshot.Logs {
		l := &x.Snapshot.Logs[i]
		p := owner[l.Namespace+"/"+l.Pod]
		if p == nil && len(out[l.Component]) > 0 {
			p = out[l.Component][0] // of a pod that is gone
		}
		if p != nil {
			p.Log = append(p.Log, l.Lines...)
		}
	}
	return out
}

func rank(p *Program) int {
	if p.Available() {
		return 0
	}
	return 1
}

// Down reports whether a component has a workload that should have pods by now, and none is available. A pod that
// was just made and waits for nothing in particular is on its way: that is how it is after a restart.
func (r *Route) Down(c *Program) bool {
	if !c.Runs() || c.Available() || r.Age(c.CreationTimestamp.Time) < starting {
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
	out := []Evidence{Fact(c.String(), "%d replicas available of %d", c.Workload.Available, c.Desired)}
	if pod, w := c.Waiting(stuckFor()...); pod != nil {
		out = append(out, Fact(Object("Pod", pod.Namespace, pod.Name), "%s: %s", w.Reason, w.Message))
	}
	return out
}

// versionOf reads the tag of the component's image; nil when it is no version.
func versionOf(pod core.PodSpec) *semver.Version {
	for _, c := range pod.Containers {
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
func (c *Program) Flag(name string) string { return c.flags.Last(name) }

// Runs reports whether the component has a workload.
func (c *Program) Runs() bool { return c.ObjectMeta != nil }

// String names the workload.
func (c *Program) String() string {
	if !c.Runs() {
		return "Deployment (none)"
	}
	return c.Workload.String()
}

// Typed is the workload as kubectl takes it: "deployment/external-dns".
func (c *Program) Typed() string { return strings.ToLower(c.Kind) + "/" + c.Name }

// Kubectl is a command on the workload: kubectl with a verb and what follows the name.
func (c *Program) Kubectl(verb string, more ...string) string {
	command := fmt.Sprintf("kubectl -n %s %s %s %s", c.Namespace, verb, strings.ToLower(c.Kind), c.Name)
	return strings.TrimSpace(command + " " + strings.Join(more, " "))
}

// RolloutRestart is the command that starts the workload's pods again.
func (c *Program) RolloutRestart() string {
	return fmt.Sprintf("kubectl -n %s rollout restart %s", c.Namespace, c.Typed())
}

// Space is the namespace that the component runs in, "" when it is not known to run.
func (c *Program) Space() string {
	if !c.Runs() {
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

// Available reports whether the workload asks for pods and has one that is ready.
func (c *Program) Available() bool { return c.Runs() && c.Workload.Available > 0 }

// starting is how long a component may take to be there after it was made.
const starting = 2 * time.Minute
