package dns

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const policyFlagMissing diagnose.Code = "policy-flag-missing"

func policyFlagMissingRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     policyFlagMissing,
		Meaning:  "external-dns 0.22 and later ends at once, because it is not told its policy",
		Evidence: "the flag --policy is missing and the log ends with `--policy must be set explicitly`; the provider was never asked",
		Remedy:   "give --policy=sync, or upsert-only as the chart had it before",
		Find:     findPolicyFlagMissing,
	}}
}

func findPolicyFlagMissing(r *diagnose.Route) []diagnose.Finding {
	s := r.Index.Sync
	if s.Deployment == nil || s.Config.Policy != "" {
		return nil
	}
	logged := s.Syncs.Ended() == externaldns.NoPolicy
	if s.Config.Version == nil && !logged {
		return nil
	}
	evidence := []diagnose.Evidence{diagnose.Fact(s.String(), "image %s, no flag --policy", s.Config.Image)}
	if logged {
		evidence = append(evidence, diagnose.Logged(facts.ExternalDNS, *s.Syncs.Fatal))
	}
	return diagnose.One(
		s.String(),
		"external-dns ends at once: since 0.22 it must be told --policy",
		addFlag(r, "set the policy explicitly", "--policy=sync"),
		evidence...)
}
