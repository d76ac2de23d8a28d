package dns

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const policyFlagMissing diagnose.Code = "policy-flag-missing"

func policyFlagMissingRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    policyFlagMissing,
		Meaning: "external-dns 0.22 and later exits at once, because --policy is required",
		Evidence: "the flag --policy is missing and the log ends with `--policy must be set explicitly`; no request " +
			"reached the provider",
		Remedy: "set --policy=sync, or upsert-only, the chart's former default",
		Find:   findPolicyFlagMissing,
	}}
}

func findPolicyFlagMissing(r *diagnose.Route) []diagnose.Finding {
	s := r.Sync
	if !s.Runs() || s.Config.Policy != "" {
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
		"external-dns exits at once: since 0.22 --policy is required",
		addFlag(r, "set the policy explicitly", "--policy=sync"),
		evidence...)
}
