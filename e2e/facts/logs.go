package facts

import (
	"context"
	"fmt"
	"time"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/logline"
)

const (
	maxLines = 1000
	maxBytes = 1 << 20
)

// PreviousRun ends the Object of an Error about the log of the run before a restart, which a node may no longer have.
const PreviousRun = " (previous run)"

// logs makes the tasks that read the logs of components without a status: external-dns, and Traefik, whose
// access log alone distinguishes its own answer from an application's. After a restart they also read the logs
// of the run before, which contain the reason.
func (c *collection) logs() []task {
	var out []task
	for i := range c.s.Pods {
		pod := &c.s.Pods[i]
		if component := ComponentOf(pod.Spec); component != ExternalDNS && component != Traefik {
			continue
		}
		for _, status := range pod.Status.ContainerStatuses {
			if status.State.Running != nil || status.State.Terminated != nil {
				out = append(out, c.log(pod, status.Name, false))
			}
			if status.RestartCount > 0 {
				out = append(out, c.log(pod, status.Name, true))
			}
		}
	}
	return out
}

func (c *collection) log(pod *core.Pod, container string, previous bool) task {
	return func(ctx context.Context) {
		lines, size, since := int64(maxLines), int64(maxBytes), int64(c.scope.Since/time.Second)
		text, err := c.from.Clientset.CoreV1().Pods(pod.Namespace).GetLogs(pod.Name, &core.PodLogOptions{
			Container: container, Previous: previous, TailLines: &lines, LimitBytes: &size, SinceSeconds: &since,
		}).DoRaw(ctx)
		if err != nil {
			object := pod.Namespace + "/" + pod.Name
			if previous {
				object += PreviousRun
			}
			c.fail(Logs, object, fmt.Errorf("read the log of container %s: %w", container, err))
			return
		}
		c.keep(func(s *Snapshot) {
			s.Logs = append(s.Logs, Log{
				Component: ComponentOf(pod.Spec), Namespace: pod.Namespace, Pod: pod.Name, Container: container,
				Previous: previous,
				Lines:    logline.ParseAll(string(text)),
			})
		})
	}
}
