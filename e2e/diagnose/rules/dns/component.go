package dns

import (
	"fmt"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// often is how many restarts make a loop of a container that is not ready, while the kubelet does not hold it back.
const often = 2

// crashing is the pod of a component that ends again and again, and what is seen of it: nil for none.
func crashing(c *diagnose.Program) (*core.Pod, string) {
	if pod, w := c.Waiting("CrashLoopBackOff"); pod != nil {
		return pod, w.Reason + ": " + w.Message
	}
	for _, pod := range c.Pods {
		for i := range pod.Status.ContainerStatuses {
			status := &pod.Status.ContainerStatuses[i]
			end := status.State.Terminated
			if end == nil {
				end = status.LastTerminationState.Terminated
			}
			if end != nil && !status.Ready && status.RestartCount >= often {
				return pod, fmt.Sprintf(
					"not ready, restarted %d times, last exit code %d",
					status.RestartCount,
					end.ExitCode,
				)
			}
		}
	}
	return nil, ""
}
