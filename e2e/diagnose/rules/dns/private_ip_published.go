package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const privateIP diagnose.Code = "private-ip-published"

func privateIPRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    privateIP,
		Meaning: "the public DNS record has an address that is not reachable from the internet",
		Evidence: "the record's content is private (RFC 1918), shared (RFC 6598), link-local or loopback, and the " +
			"external " +
			"client does not connect",
		Remedy: "publish the public address and forward ports 80 and 443",
		Blocks: []diagnose.Layer{diagnose.Routing},
		Find:   findPrivate,
	}, {
		Code: privateIP,
		Kind: diagnose.Note,
		Find: findPrivateReached,
	}}
}

func private(r *diagnose.Route) (diagnose.Record, bool) {
	for _, rec := range r.Records {
		if (rec.Type == "A" || rec.Type == "AAAA") && diagnose.Unreachable(rec.Content) {
			return rec, true
		}
	}
	return diagnose.Record{}, false
}

func findPrivate(r *diagnose.Route) []diagnose.Finding {
	rec, ok := private(r)
	if !ok || naming(r).state != right || r.HTTPS == nil || r.HTTPS.Failed != probe.StepConnect {
		return nil
	}
	return privateFinding(
		r,
		rec,
		fmt.Sprintf("%s has address %s, which is not reachable from the internet", rec, rec.Content),
		rec.Evidence(),
		diagnose.Probed(r.HTTPS),
	)
}

func findPrivateReached(r *diagnose.Route) []diagnose.Finding {
	rec, ok := private(r)
	if !ok || r.Has(privateIP) {
		return nil
	}
	return privateFinding(
		r,
		rec,
		fmt.Sprintf(
			"%s has address %s of a private network: clients elsewhere cannot reach it",
			rec,
			rec.Content,
		),
		rec.Evidence(),
	)
}

func privateFinding(
	r *diagnose.Route,
	rec diagnose.Record,
	summary string,
	evidence ...diagnose.Evidence,
) []diagnose.Finding {
	remedy := diagnose.Remedy{Text: "publish the public address, and forward ports 80 and 443"}
	if r.Source != nil {
		remedy = r.Annotate(remedy.Text, r.Sync.Config.Selection.Prefix+"target=PUBLIC_ADDRESS")
	}
	return diagnose.One(rec.String(), summary, remedy, evidence...)
}
