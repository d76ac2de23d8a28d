package credential

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// ZoneNotActive is the code of this rule; rules of later layers ask for it.
const ZoneNotActive diagnose.Code = "zone-not-active-or-duplicate"

func zoneNotActiveRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     ZoneNotActive,
		Meaning:  "the zone is not active, or exists twice: the API accepts records that are not served",
		Evidence: "the zone's status, or two zones of one name",
		Remedy:   "point the registrar's name servers to those of the zone",
		Blocks:   []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Find:     findZoneNotActive,
	}}
}

func findZoneNotActive(r *diagnose.Route) []diagnose.Finding {
	if r.Zone == nil {
		return nil
	}
	zone := "zone " + r.Zone.Name
	switch twins := r.Index.Zones[r.Zone.Name]; {
	case len(twins) > 1:
		return diagnose.One(
			zone,
			fmt.Sprintf("there are %d zones of this name, and only one of them is delegated", len(twins)),
			diagnose.Remedy{
				Text: "remove the zone that the registrar does not point to",
			},
			diagnose.Fact("provider", "%s: %s and %s", zone, twins[0].Status, twins[1].Status),
		)
	case r.Zone.Status != "" && r.Zone.Status != Active:
		return diagnose.One(
			zone,
			fmt.Sprintf("the zone is %s: the provider accepts records but does not serve them", r.Zone.Status),
			diagnose.Remedy{
				Text: "point the registrar's name servers to " + diagnose.List(r.Zone.NameServers),
			},
			diagnose.Fact(
				"provider",
				"%s: status %s, name servers %s",
				zone,
				r.Zone.Status,
				diagnose.List(r.Zone.NameServers),
			),
		)
	}
	return nil
}
