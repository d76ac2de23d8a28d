package rules_test

import (
	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	core "k8s.io/api/core/v1"
)

// doubles are worlds with two independent faults of different kinds, by folder of the corpus.
func doubles() map[string]change {
	worlds, certificates := publicWorlds(), publicCertificates()
	foreignRecord := all(foreign("A", stale), remark(markName, "old-cluster", "develop/frontend", 600))
	return map[string]change{
		"double/rate-limit-and-networkpolicy": all(worlds["public/networkpolicy-rejects"], pending(8),
			ordered(acme.Errored, rateLimit(clock().AddDate(0, 0, 1)))),
		"double/owner-mismatch-and-profile": all(certificates["public/acme-no-profiles"], foreignRecord),
		"double/external-secret-and-node-pressure": all(worlds["public/external-secret-not-synced"],
			worlds["public/node-disk-pressure"]),
		"double/quota-and-lost-ownership": all(worlds["public/quota-of-the-application"],
			worlds["public/ownership-record-lost"]),
		"double/webhook-and-owner-mismatch": all(certificates["public/request-denied"], foreignRecord),
		"double/external-issuer-and-oomkilled": all(certificates["public/external-issuer-refuses"],
			worlds["public/external-dns-oomkilled"]),
		"double/solver-class-and-node-pressure-elsewhere": all(certificates["public/http01-solver-class"],
			node("worker-2", core.NodeMemoryPressure, core.ConditionTrue, "kubelet has insufficient memory available")),
	}
}
