package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const upsertOnly diagnose.Code = "upsert-only-stale"

func upsertOnlyRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    upsertOnly,
		Meaning: "the policy does not let external-dns change or delete the record",
		Evidence: "--policy is create-only and its own record is out of date, or upsert-only or create-only and its " +
			"Ingress is gone",
		Remedy: "set --policy=sync, or delete the record",
		Find:   findUpsertOnly,
	}}
}

func findUpsertOnly(r *diagnose.Route) []diagnose.Finding {
	n := naming(r)
	if !keepsOwners(r) || r.Sync.Config.Policy != "create-only" && r.Sync.Config.Policy != "upsert-only" {
		return nil
	}
	rec, m, ok := marked(r, n)
	if !ok || m.Owner != r.Sync.Config.OwnerID {
		return nil
	}
	policy := diagnose.Fact(r.Sync.String(), "policy %s", r.Sync.Config.Policy)
	switch {
	case r.Source == nil && orphaned(r, m):
		return diagnose.One(
			rec.String(),
			fmt.Sprintf(
				"%s was made for %s, which is gone, and policy %s deletes nothing",
				rec,
				m.Resource,
				r.Sync.Config.Policy,
			),
			diagnose.Drop(
				"delete the record, or set --policy=sync",
				rec,
				m.Record,
			),
			rec.Evidence(),
			m.Record.Evidence(),
			policy,
		)
	case n.state == wrong && r.Sync.Config.Policy == "create-only":
		return diagnose.One(
			rec.String(),
			fmt.Sprintf("%s is out of date, and policy create-only changes nothing", rec),
			addFlag(
				r,
				"set --policy=sync, or delete the record: external-dns creates it again",
				"--policy=sync",
			),
			rec.Evidence(),
			policy,
			diagnose.Fact(r.Source.String(), "status %s", diagnose.List(n.wanted)),
		)
	}
	return nil
}
