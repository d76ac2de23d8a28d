// Package credential finds what is wrong with the credential that external-dns and the issuers share: the Secret,
// what the provider says of the token in it, and the provider itself. What is read of objects and asked of the
// provider goes before what components logged.
//
// It knows the facts that a diagnose.Route gives it and the components by their readers, and must not know the
// cluster, the suite or its faults.
package credential

import (
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// Section is the layer with its rules.
func Section() diagnose.Section {
	return diagnose.Section{Layer: diagnose.Credential, Needs: needs, Works: works, Rules: slices.Concat(
		tokenWrongNamespaceRule(),
		tokenSecretMissingRule(),
		tokenWrongKeyRule(),
		tokenEmptyRule(),
		tokenNewlineRule(),
		tokenMalformedRule(),
		tokenIPRestrictedRule(),
		tokenRevokedRule(),
		tokenNoZoneReadRule(),
		tokenOtherZoneRule(),
		tokenNoDNSEditRule(),
		tokenRotatedRule(),
		zoneNotActiveRule(),
		quotaSharedRule(),
		providerOutageRule(),
		providerUnreachableRule(),
		transientMaskedRule(),
	)}
}
