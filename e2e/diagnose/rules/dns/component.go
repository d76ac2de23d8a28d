package dns

import (
	"fmt"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// often is how many restarts make a loop of a container that is not ready, while the kubelet does not hold it back.
const often = 2

// crashing is the pod of external-dns that ends again and again, and what is seen of it: nil for none. One that runs
// at the moment counts too, until it has synced.
func crashing(s *diagnose.Syncer) (*core.Pod, string) {
	if pod, w := s.Waiting("CrashLoopBackOff"); pod != nil {
		return pod, w.Reason + ": " + w.Message
	}
	for _, pod := range s.Pods {
		for i := range pod.Status.ContainerStatuses {
			status := &pod.Status.ContainerStatuses[i]
			end := status.State.Terminated
			if end == nil {
				end = status.LastTerminationState.Terminated
			}
			if end == nil || status.RestartCount < often {
				continue
			}
			seen := fmt.Sprintf("restarted %d times, last exit code %d (%s) at %s", status.RestartCount, end.ExitCode,
				end.Reason, diagnose.Stamp(end.FinishedAt.Time))
			running := status.State.Running
			if !status.Ready {
				return pod, "not ready, " + seen
			}
			if running != nil && end.ExitCode != 0 && len(s.Log) > 0 && !s.Syncs.Good.After(running.StartedAt.Time) {
				return pod, "no sync since it started at " + diagnose.Stamp(running.StartedAt.Time) + ", " + seen
			}
		}
	}
	return nil, ""
}
