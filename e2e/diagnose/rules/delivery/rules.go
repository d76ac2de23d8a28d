// Package delivery finds where a GitOps engine does not bring to the cluster what its source has: a source that is
// not fetched, a Kustomization or a HelmRelease that fails, waits or is suspended, an Application that is not
// synced, and what was changed by hand.
//
// Its rules run when those of all other layers have: a delivery that ends is the root cause where what does not
// work for the route is to be delivered by it, and a note where the route works. It knows the facts that a
// diagnose.Route gives it and the engines by their readers, and must not know the cluster, the suite or its faults.
package delivery

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// Section is the layer with its rules.
func Section() diagnose.Section {
	out := diagnose.Section{Layer: diagnose.Delivery, Needs: needs, Works: works, Adjust: adjust}
	for _, k := range kinds() {
		out.Rules = append(out.Rules, k.rule())
	}
	out.Rules = append(out.Rules, prunedRule(), applicationUnreadableRule(), applicationNotSyncedRule(),
		applicationDegradedRule(), changedRule())
	return out
}

// kinds are the reasons for which a delivery by Flux ends; the first that fits is the one.
func kinds() []kind {
	return []kind{
		suspended(), dependencyNotReady(),
		sourceCredential(), sourceReference(), chartMissing(), sourceNotFetched(),
		decryptionFailed(), variableMissing(), buildFailed(),
		definitionMissing(), admissionDenied(), fieldConflict(), healthCheckFailed(), applyFailed(),
		valuesInvalid(), releaseStalled(), releaseFailed(),
	}
}
