package rules_test

import (
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// publicWorlds are worlds after public reports about what stands around the edge, by folder of the corpus.
func publicWorlds() map[string]change {
	oom := &core.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled", FinishedAt: ago(3)}
	fatal := &core.ContainerStateTerminated{ExitCode: 1, Reason: "Error", FinishedAt: ago(3)}
	return map[string]change{
		// iogrid/iogrid#459: a default deny, and an allowance for another ingress controller; the CNI rejects
		"public/networkpolicy-rejects": all(denied(), allowed("gateway-system"), gateway(502, "Bad Gateway")),
		// kubernetes/kubernetes#112467: the CNI drops, and the client's patience ends first
		"public/networkpolicy-drops":                 all(denied(), allowed("ingress-nginx"), stalled),
		"healthy/networkpolicy":                      all(denied(), allowed("traefik")),
		"healthy/networkpolicy-that-is-not-enforced": all(denied()),
		// mac-chaffee's quota again, of the application: cert-manager/cert-manager#5101
		"public/quota-of-the-application": all(podless(`pods "frontend-5d8f-x" is forbidden: exceeded quota: team, requested: `+
			`pods=1, used: pods=10, limited: pods=10`), quota("team", "pods", "10", "10")),
		// kyverno/kyverno#3300 and others: the policy engine is down, and no pod is admitted
		"public/webhook-of-others-down": all(podless(`Internal error occurred: failed calling webhook `+
			`"validate.kyverno.svc-fail": failed to call webhook: Post "https://kyverno-svc.kyverno.svc:443/validate/fail`+
			`?timeout=10s": context deadline exceeded`), webhookOf("kyverno-resource-validating-webhook-cfg",
			"validate.kyverno.svc-fail")),
		// canonical/k8s-snap#1456
		"public/node-disk-pressure": all(unscheduled("0/1 nodes are available: 1 node(s) had untolerated taint "+
			"{node.kubernetes.io/disk-pressure: }. preemption: 0/1 nodes are available: 1 Preemption is not helpful for "+
			"scheduling."), node("worker-1", core.NodeDiskPressure, core.ConditionTrue, "kubelet has disk pressure")),
		// rwlove/home-ops#11875: it restarts every few minutes, and is ready in between
		"public/external-dns-oomkilled": all(dies(oom), target(stale), lastSyncNever, func(s *facts.Snapshot) {
			logs(s, line(3, "info", "Instantiating new Kubernetes client"))
		}),
		// kubernetes-sigs/external-dns#4759
		"public/external-dns-dies-slowly": all(dies(fatal), target(stale), lastSyncNever, func(s *facts.Snapshot) {
			logs(s, facts.Line{
				Time: ago(3).Time, Level: "fatal", Message: "failed to sync traefik.io/v1alpha1, Resource=ingressroutes: " +
					"context deadline exceeded with timeout 1m0s",
			})
		}),
		// kubernetes-sigs/external-dns#6223
		"public/migrate-from-txt-owner": all(args("txt-owner-id", "--txt-owner-id=new-cluster",
			"--migrate-from-txt-owner=sre-cluster"), target(stale), migrating),
		// the same, while the record is right
		"healthy/migrate-from-txt-owner": all(args("txt-owner-id", "--txt-owner-id=new-cluster",
			"--migrate-from-txt-owner=sre-cluster"), migrating),
		// an error of every sync that harms no route yet
		"healthy/error-in-each-sync": func(s *facts.Snapshot) {
			lastSyncNever(s)
			for minutes := 5; minutes > 0; minutes-- {
				logs(s, line(minutes, "error", "failed to list CustomHostnames: 1005: no such setting"))
			}
		},
		// it has synced since
		"healthy/external-dns-restarted-and-synced": dies(fatal),
		// external-secrets/external-secrets#1633
		"public/external-secret-not-synced": all(withoutTokenSecret, externalSecret),
		// kubernetes-sigs/external-dns#6617: its record, and no ownership record beside it
		"public/ownership-record-lost": all(target(stale), ownershipLost),
		// kubernetes-sigs/external-dns#2737: the prefix was changed, and nothing is its own any more
		"public/prefix-changed": all(args("txt-prefix", "--txt-prefix=edge-"), target(stale)),
	}
}

func denied() change {
	return func(s *facts.Snapshot) {
		p := networking.NetworkPolicy{ObjectMeta: made("develop", "default-deny-ingress", 600)}
		p.Spec.PolicyTypes = []networking.PolicyType{networking.PolicyTypeIngress}
		s.NetworkPolicies = append(s.NetworkPolicies, p)
		for i := range s.Namespaces {
			s.Namespaces[i].Labels = map[string]string{"kubernetes.io/metadata.name": s.Namespaces[i].Name}
		}
	}
}

// allowed lets a namespace reach the application.
func allowed(namespace string) change {
	return func(s *facts.Snapshot) {
		p := networking.NetworkPolicy{ObjectMeta: made("develop", "frontend-allow", 600)}
		p.Spec.PodSelector.MatchLabels = map[string]string{"app": "frontend"}
		p.Spec.PolicyTypes = []networking.PolicyType{networking.PolicyTypeIngress}
		p.Spec.Ingress = []networking.NetworkPolicyIngressRule{{From: []networking.NetworkPolicyPeer{{
			NamespaceSelector: &meta.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}},
		}}}}
		s.NetworkPolicies = append(s.NetworkPolicies, p)
	}
}

func gateway(status int, body string) change {
	return func(s *facts.Snapshot) { hands(s).answer(status, body) }
}

// stalled lets every probe wait for an answer after the handshake, until its patience ends.
func stalled(s *facts.Snapshot) {
	for _, rep := range hands(s).probes() {
		rep.OK, rep.HTTP, rep.Failed, rep.Class, rep.Error = false, nil, probe.StepHTTP, probe.ClassTimeout,
			"context deadline exceeded while awaiting headers"
	}
}

// podless lets the API server refuse the application's pods.
func podless(message string) change {
	return func(s *facts.Snapshot) {
		w := hands(s)
		w.answer(404, traefik404)
		var kept []core.Pod
		for _, p := range s.Pods {
			if p.Namespace != "develop" {
				kept = append(kept, p)
			}
		}
		s.Pods = kept
		s.EndpointSlices[0].Endpoints = nil
		for i := range s.Deployments {
			if d := &s.Deployments[i]; d.Namespace == "develop" {
				d.Status = apps.DeploymentStatus{ObservedGeneration: 1, Conditions: []apps.DeploymentCondition{{
					Type: apps.DeploymentReplicaFailure, Status: core.ConditionTrue, Reason: "FailedCreate", Message: message,
				}}}
			}
		}
	}
}

// unscheduled lets no node take the application's pod.
func unscheduled(message string) change {
	return func(s *facts.Snapshot) {
		w := hands(s)
		w.answer(503, "no available server\n")
		s.EndpointSlices[0].Endpoints = nil
		for i := range s.Pods {
			if p := &s.Pods[i]; p.Namespace == "develop" {
				p.Spec.NodeName = ""
				p.Status = core.PodStatus{Phase: core.PodPending, Conditions: []core.PodCondition{{
					Type: core.PodScheduled, Status: core.ConditionFalse, Reason: core.PodReasonUnschedulable, Message: message,
				}}}
			}
		}
	}
}

func node(name string, kind core.NodeConditionType, status core.ConditionStatus, message string) change {
	return func(s *facts.Snapshot) {
		n := core.Node{ObjectMeta: made("", name, 6000)}
		n.Status.Conditions = []core.NodeCondition{
			{Type: core.NodeReady, Status: core.ConditionTrue, Reason: "KubeletReady"},
			{Type: kind, Status: status, Reason: "KubeletHasDiskPressure", Message: message, LastTransitionTime: ago(60)},
		}
		s.Nodes = append(s.Nodes, n)
	}
}

// dies has external-dns start again and again; it is ready now.
func dies(end *core.ContainerStateTerminated) change {
	return func(s *facts.Snapshot) {
		status := &podOf(s, facts.ExternalDNS).Status.ContainerStatuses[0]
		status.RestartCount, status.LastTerminationState.Terminated = 4, end
		status.State = core.ContainerState{Running: &core.ContainerStateRunning{StartedAt: ago(2)}}
	}
}

// lastSyncNever leaves no sync in the log.
func lastSyncNever(s *facts.Snapshot) {
	for i := range s.Logs {
		if s.Logs[i].Component == facts.ExternalDNS {
			s.Logs[i].Lines = nil
		}
	}
}

// migrating has external-dns fail to rewrite its ownership record in each sync.
func migrating(s *facts.Snapshot) {
	lastSyncNever(s)
	for minutes := 5; minutes > 0; minutes-- {
		logs(s, facts.Line{
			Time: ago(minutes).Time, Level: "info", Message: "Changing record.",
			Fields: map[string]string{"action": "UPDATE", "record": markName, "type": "TXT", "ttl": "1", "zone": "z1"},
		}, facts.Line{
			Time: ago(minutes).Time, Level: "error", Message: `failed to find previous record: &{"heritage=external-dns,` +
				`external-dns/owner=new-cluster,external-dns/resource=ingress/develop/frontend" ` + markName + ` TXT}`,
			Fields: map[string]string{"action": "UPDATE", "record": markName, "type": "TXT", "ttl": "1"},
		})
	}
}

func withoutTokenSecret(s *facts.Snapshot) { withoutSecret(hands(s)) }

// externalSecret is to make the Secret with the token, and does not.
func externalSecret(s *facts.Snapshot) {
	failing := func(reason, message string) map[string]any {
		return map[string]any{"conditions": []any{map[string]any{
			"type": "Ready", "status": "False", "reason": reason, "message": message,
		}}}
	}
	s.Extensions = append(s.Extensions, facts.Extension{
		ObjectMeta: made("cert-manager", "cloudflare", 600), APIVersion: "external-secrets.io/v1", Kind: "ExternalSecret",
		Spec: map[string]any{
			"secretStoreRef": map[string]any{"kind": "ClusterSecretStore", "name": "vault"},
			"target":         map[string]any{"name": "cloudflare-api-token"},
		},
		Status: failing("SecretSyncedError", "could not get secret data from provider"),
	}, facts.Extension{
		ObjectMeta: made("", "vault", 600), APIVersion: "external-secrets.io/v1", Kind: "ClusterSecretStore",
		Status: failing("InvalidProviderConfig", "unable to log in to Vault: permission denied"),
	})
	// that of another namespace, which is used there
	other := facts.Secret{ObjectMeta: made("develop", "cloudflare-api-token", 600)}
	other.Keys = []facts.Key{{Name: "api-token", Length: 40}}
	s.Secrets = append(s.Secrets, other)
}

// ownershipLost takes the ownership record away, while the log still shows how external-dns made the record.
func ownershipLost(s *facts.Snapshot) {
	records(s, func(r facts.Record) bool { return r.Type != "TXT" })
	lastSyncNever(s)
	logs(s, facts.Line{
		Time: ago(9).Time, Level: "info", Message: "Changing record.",
		Fields: map[string]string{"action": "CREATE", "record": host, "type": "A", "ttl": "1", "zone": "z1"},
	}, line(1, "info", "All records are already up to date"))
}
