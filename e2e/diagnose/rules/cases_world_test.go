package rules_test

import (
	"time"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// apart moves external-dns into a namespace of its own, whose Secret is missing.
func (w world) apart() {
	w.dns.Namespace = "external-dns"
	p := &w.Pods[3]
	p.Namespace = "external-dns"
	w.Logs = nil
	p.Status.Conditions[0].Status = core.ConditionFalse
	p.Status.ContainerStatuses[0].Ready = false
	p.Status.ContainerStatuses[0].State = core.ContainerState{Waiting: &core.ContainerStateWaiting{
		Reason: "CreateContainerConfigError", Message: `secret "cloudflare-api-token" not found`,
	}}
	w.dns.Status.AvailableReplicas, w.dns.Status.ReadyReplicas = 0, 0
	w.Tokens[0].UsedBy = w.Tokens[0].UsedBy[:2]
	w.Tokens = append(w.Tokens, facts.Token{
		Namespace: "external-dns", Secret: "cloudflare-api-token", Key: "api-token",
		UsedBy: []string{"Deployment external-dns/external-dns"},
	})
}

func knownOfTheWorld() []known {
	return []known{
		{"secret-not-synced", func(w world) {
			w.apart()
			w.extension(
				"external-secrets.io/v1",
				"ExternalSecret",
				"external-dns",
				"cloudflare-api-token",
				map[string]any{
					"secretStoreRef": map[string]any{"kind": "ClusterSecretStore", "name": "vault"},
					"target":         map[string]any{"name": "cloudflare-api-token"},
				},
				map[string]any{"conditions": []any{map[string]any{
					"type": "Ready", "status": "False", "reason": "SecretSyncedError",
					"message": "could not get secret data from provider",
				}}},
			)
		}, answer{
			Source:      "ionfury/homelab#1186 (2026-06-05)",
			Description: "the Secret of external-dns is to be made by an ExternalSecret, which fails",
			Layer:       "shared-credential", Codes: codes{"token-secret-missing"},
			Object: "Secret external-dns/cloudflare-api-token",
			Says: []string{
				"ExternalSecret external-dns/cloudflare-api-token",
				"SecretSyncedError",
				"could not get secret data from provider",
			},
			Not: codes{"token-wrong-namespace"},
		}},
		{"secret-store-not-ready", func(w world) {
			w.apart()
			w.extension("external-secrets.io/v1", "ExternalSecret", "external-dns", "dns-token", map[string]any{
				"secretStoreRef": map[string]any{"kind": "ClusterSecretStore", "name": "vault"},
				"target":         map[string]any{"name": "cloudflare-api-token"},
			}, map[string]any{"conditions": []any{map[string]any{
				"type": "Ready", "status": "False", "reason": "SecretSyncedError",
				"message": "the desired SecretStore vault is not ready",
			}}})
			w.extension(
				"external-secrets.io/v1",
				"ClusterSecretStore",
				"",
				"vault",
				nil,
				map[string]any{"conditions": []any{map[string]any{
					"type": "Ready", "status": "False", "reason": "InvalidProviderConfig",
					"message": "unable to log in: permission denied",
				}}},
			)
		}, answer{
			Source:      "kin of ionfury/homelab#1186: the store itself fails",
			Description: "the store that the ExternalSecret reads from is not ready",
			Layer:       "shared-credential", Codes: codes{"token-secret-missing"},
			Says: []string{"ClusterSecretStore vault", "permission denied"}, Not: codes{"token-wrong-namespace"},
		}},
		{"quota-exceeded", func(w world) {
			w.Pods = append(w.Pods[:5:5], w.Pods[6:]...)
			w.EndpointSlices[0].Endpoints = nil
			w.Deployments[5].Status.AvailableReplicas, w.Deployments[5].Status.ReadyReplicas = 0, 0
			w.event(
				"ReplicaSet",
				"develop",
				"frontend-5d9",
				"FailedCreate",
				`Error creating: pods "frontend-5d9-" is forbidden: exceeded quota: `+
					`compute, requested: pods=1, used: pods=2, limited: pods=2`,
			)
			w.ResourceQuotas = []core.ResourceQuota{{ObjectMeta: made("develop", "compute", 60)}}
			w.answer(503, "no available server")
		}, answer{
			Source:      "Kubernetes documentation: ResourceQuota",
			Description: "a ResourceQuota does not let the application have its pod",
			Layer:       "routing", Says: []string{"exceeded quota", "ResourceQuota develop/compute"},
		}},
		{"pods-denied-by-a-webhook", func(w world) {
			w.Pods = append(w.Pods[:5:5], w.Pods[6:]...)
			w.EndpointSlices[0].Endpoints = nil
			w.Deployments[5].Status.AvailableReplicas, w.Deployments[5].Status.ReadyReplicas = 0, 0
			w.event(
				"ReplicaSet",
				"develop",
				"frontend-5d9",
				"FailedCreate",
				`Error creating: admission webhook "validate.kyverno.svc-fail" `+
					`denied the request: policy Deployment/develop/frontend for resource violation: disallow-latest-tag`,
			)
			w.answer(503, "no available server")
		}, answer{
			Source:      "kyverno and kin",
			Description: "a webhook of another project denies the application's pods",
			Layer:       "routing", Says: []string{"validate.kyverno.svc-fail", "disallow-latest-tag"},
		}},
		{"node-under-pressure", func(w world) {
			w.EndpointSlices[0].Endpoints = nil
			p := &w.Pods[5]
			p.Status = core.PodStatus{
				Phase:   core.PodFailed,
				Reason:  "Evicted",
				Message: "The node was low on resource: ephemeral-storage.",
			}
			p.Spec.NodeName = "node-1"
			w.Nodes = []core.Node{
				{ObjectMeta: made("", "node-1", 900), Status: core.NodeStatus{Conditions: []core.NodeCondition{{
					Type: core.NodeDiskPressure, Status: core.ConditionTrue, Reason: "KubeletHasDiskPressure",
					Message: "kubelet has disk pressure",
				}}}},
			}
			w.answer(503, "no available server")
		}, answer{
			Source:      "Kubernetes documentation: node-pressure eviction",
			Description: "the application's pod was evicted from a node under disk pressure",
			Layer:       "routing", Says: []string{"Evicted", "Node node-1", "disk pressure"},
		}},
		{"dns-ownership-lost", func(w world) {
			// the Ingress moved, and the record was written long before the comment that names this owner went away
			w.ingress.Status.LoadBalancer.Ingress[0].IP = "203.0.113.20"
			w.front.Status.LoadBalancer.Ingress[0].IP = "203.0.113.20"
			p := w.Probes[host]
			p.RawIP.Request.Address = "203.0.113.20"
			w.Zones[0].Records = w.Zones[0].Records[:1]
			w.Zones[0].Records[0].Comment = "managed by external-dns sre-cluster"
			w.Zones[0].Records[0].Created, w.Zones[0].Records[0].Modified = ago(600).Time, ago(600).Time
			w.ingress.CreationTimestamp = ago(601)
			w.dnsFlag("--cloudflare-record-comment=managed by external-dns sre-cluster")
			_ = time.Minute
		}, answer{
			Source: "kubernetes-sigs/external-dns#6368: ownership records lost",
			Description: "the ownership record of a record that external-dns wrote is gone, so it does not change the " +
				"record any more",
			Layer: "dns", Object: "record " + host + " A", Says: []string{"ownership record", "lost"},
		}},
	}
}
