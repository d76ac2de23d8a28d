// Package dns finds what keeps a host from its address in the public DNS: external-dns itself, its settings, what the
// provider refuses, whose the record is, and at last the record and the answers.
//
// It knows the facts that a diagnose.Route gives it and the components by their readers, and must not know the
// cluster, the suite or its faults.
package dns

import (
	"fmt"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
)

// Section is the layer with its rules.
func Section() diagnose.Section {
	return diagnose.Section{Layer: diagnose.DNS, Needs: needs, Works: works, Remaining: remaining, Rules: slices.Concat(
		policyFlagMissingRule(),
		ownerOrPrefixRule(),
		sourceUnreadableRule(),
		externalDNSCrashRule(),
		externalDNSDownRule(),
		diagnose.About([]string{edge.Ingress}, sourceExcludesRule(), hostnameSourceRule()),
		sourceMissingRule(),
		unpublishedRule(),
		domainFilterRule(),
		prefixIgnoredRule(),
		ttlInvalidRule(),
		recordQuotaRule(),
		notProxiableRule(),
		takeoverRule(),
		recordConflictRule(),
		ownerMismatchRule(),
		duplicateOwnerRule(),
		upsertOnlyRule(),
		unownedRecordRule(),
		diagnose.About([]string{edge.Ingress}, deletedOnEmptyRule()),
		candidatesRule(),
		sameHostRule(),
		ownerMigrationRule(),
		targetRules(),
		proxiedUnexpectedRule(),
		privateIPRule(),
		softErrorsRule(),
		syncErrorRepeatsRule(),
		syncLagRule(),
		recordMissingRule(),
		wrongTargetRule(),
		resolverStillCachesRule(),
	)}
}

// resync is the remedy that makes external-dns look again at once.
func resync(r *diagnose.Route, text string) diagnose.Remedy {
	if !r.Sync.Runs() {
		return diagnose.Remedy{Text: text}
	}
	return diagnose.Remedy{
		Text:    text,
		Command: r.Sync.RolloutRestart(),
	}
}

// addFlag is the remedy that gives external-dns one flag more.
func addFlag(r *diagnose.Route, text, flag string) diagnose.Remedy {
	return diagnose.Remedy{Text: text, Command: fmt.Sprintf(
		`%s --type=json -p '[{"op":"add","path":"/spec/template/spec/containers/%d/args/-","value":"%s"}]'`,
		r.Sync.Kubectl("patch"),
		r.Sync.Config.Container,
		flag,
	)}
}
