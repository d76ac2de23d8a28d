package diagnose

import (
	"fmt"
	"strings"
	"time"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// starting is how long a component may take to be there after it was made.
const starting = 2 * time.Minute

func findPolicyFlagMissing(r *route) []Finding {
	s := r.sync
	if s.Deployment == nil || s.before(0, 22) || s.given("policy") {
		return nil
	}
	said := s.syncs.fatal != nil && strings.Contains(s.syncs.fatal.Message, "--policy must be set")
	if s.version == nil && !said {
		return nil
	}
	evidence := []Evidence{says(s.String(), "image %s, no flag --policy", s.image())}
	if said {
		evidence = append(evidence, logged(facts.ExternalDNS, *s.syncs.fatal))
	}
	return finding(s.String(), "external-dns ends at once: since 0.22 it must be told --policy", r.addFlag("set the policy explicitly", "--policy=sync"), evidence...)
}

func findOwnerOrPrefix(r *route) []Finding {
	s := r.sync
	if s.Deployment == nil || !s.owned {
		return nil
	}
	if s.owner == "" {
		evidence := []Evidence{says(s.String(), "flag --txt-owner-id is empty")}
		if s.syncs.fatal != nil && strings.Contains(s.syncs.fatal.Message, "owner id cannot be empty") {
			evidence = append(evidence, logged(facts.ExternalDNS, *s.syncs.fatal))
		}
		return finding(s.String(), "external-dns has no owner id, and does not start without one",
			Remedy{Text: "give --txt-owner-id the id that the ownership records name", Command: r.addFlag("", "--txt-owner-id="+r.formerOwner()).Command}, evidence...)
	}
	if r.ingress == nil || len(r.records) == 0 {
		return nil
	}
	if m, ok := r.strayMark(); ok {
		return finding(s.String(), fmt.Sprintf("external-dns does not find its own ownership record %s: prefix or suffix of the registry were changed", m.record.Name),
			Remedy{Text: "restore --txt-prefix and --txt-suffix as they were when the records were written"},
			m.record.evidence(), says(s.String(), "looks for %s", list(s.registry.names(r.Host, r.records[0].Type))))
	}
	return nil
}

// formerOwner is the owner that the marks of the route's Ingress name.
func (r *route) formerOwner() string {
	for _, m := range r.sync.marks[r.resource()] {
		if m.owner != "" {
			return m.owner
		}
	}
	return "OWNER_ID"
}

// strayMark is a mark that this owner wrote for this host, under a name that the registry does not give any more.
func (r *route) strayMark() (mark, bool) {
	label, parent, _ := strings.Cut(r.Host, ".")
	for _, rec := range r.records {
		if _, ok := r.markOf(r.Host, rec.Type); ok || rec.Type == "TXT" {
			return mark{}, false
		}
	}
	for _, m := range r.sync.marks[r.resource()] {
		own, inZone := strings.CutSuffix(m.record.Name, parent)
		if m.owner == r.sync.owner && inZone && strings.Contains(own, label) && !r.givenToday(m) {
			return m, true
		}
	}
	return mark{}, false
}

// givenToday reports whether a mark has a name that the registry gives today to a record of the Ingress, be that record written or not.
func (r *route) givenToday(m mark) bool {
	for _, host := range facts.HostsOf(r.ingress) {
		for _, kind := range []string{"A", "AAAA", "CNAME"} {
			for _, n := range r.sync.registry.names(host, kind) {
				if n == m.record.Name {
					return true
				}
			}
		}
	}
	return false
}

// often is how many restarts make a loop of a container that is not ready, while the kubelet does not hold it back.
const often = 2

// crashing is the pod of a component that ends again and again, and what is seen of it: nil for none.
func (c *component) crashing() (*core.Pod, string) {
	if pod, w := c.waiting("CrashLoopBackOff"); pod != nil {
		return pod, w.Reason + ": " + w.Message
	}
	for _, pod := range c.pods {
		for i := range pod.Status.ContainerStatuses {
			status := &pod.Status.ContainerStatuses[i]
			end := status.State.Terminated
			if end == nil {
				end = status.LastTerminationState.Terminated
			}
			if end != nil && !status.Ready && status.RestartCount >= often {
				return pod, fmt.Sprintf("not ready, restarted %d times, ended last with code %d", status.RestartCount, end.ExitCode)
			}
		}
	}
	return nil, ""
}

func findCrash(r *route) []Finding {
	s := r.sync
	pod, seen := s.crashing()
	if pod == nil || r.has(policyFlagMissing, ownerOrPrefix) {
		return nil
	}
	evidence := []Evidence{says(object("Pod", pod.Namespace, pod.Name), "%s", seen)}
	summary, remedy := "external-dns ends again and again, so nothing writes records", "read the log of the run before and cure what it says"
	if s.syncs.fatal != nil {
		evidence = append(evidence, logged(facts.ExternalDNS, *s.syncs.fatal))
		summary += ": " + short(s.syncs.fatal.Message)
	}
	return finding(s.String(), summary, Remedy{Text: remedy, Command: fmt.Sprintf("kubectl -n %s logs %s --previous", pod.Namespace, pod.Name)}, evidence...)
}

func findDown(r *route) []Finding {
	s := r.sync
	if s.Deployment == nil {
		if r.ingress == nil || len(r.s.Within) > 0 || !r.looked(facts.Deployments, "") {
			return nil
		}
		return finding("Deployment (none)", "no external-dns runs in this cluster, so nothing writes records",
			Remedy{Text: "install external-dns"}, says("Deployments", "none has a container of external-dns"))
	}
	if pod, _ := s.crashing(); pod != nil || r.has(policyFlagMissing, ownerOrPrefix) || !r.down(s.component) {
		return nil
	}
	if pod, _ := s.waiting("CreateContainerConfigError"); pod != nil {
		return nil // what it lacks is for the layer of the credential
	}
	remedy := Remedy{Text: "see why its pod is not ready", Command: fmt.Sprintf("kubectl -n %s describe deployment %s", s.Namespace, s.Name)}
	if s.Spec.Replicas != nil && *s.Spec.Replicas == 0 {
		remedy = Remedy{Text: "start it", Command: fmt.Sprintf("kubectl -n %s scale deployment %s --replicas=1", s.Namespace, s.Name)}
	}
	return finding(s.String(), "no pod of external-dns runs, so nothing writes records", remedy, downEvidence(s.component)...)
}

func findSoftErrors(r *route) []Finding {
	s := r.sync
	if len(s.syncs.soft) < 2 || !s.available() {
		return nil
	}
	last := s.syncs.soft[len(s.syncs.soft)-1]
	return finding(s.String(), fmt.Sprintf("external-dns has failed in %d syncs in a row while its pod is ready: %s", len(s.syncs.soft), short(last.Message)),
		Remedy{Text: "cure what the inner error says", Command: fmt.Sprintf("kubectl -n %s logs deploy/%s --since=10m", s.Namespace, s.Name)},
		logged(facts.ExternalDNS, last), says(s.String(), "%d replicas available", s.Status.AvailableReplicas))
}

// image is that of the component's container.
func (s *syncer) image() string { return s.Spec.Template.Spec.Containers[s.container()].Image }

func replicas(c *component) int32 {
	if c.Spec.Replicas == nil {
		return 1
	}
	return *c.Spec.Replicas
}
