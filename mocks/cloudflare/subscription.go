package cloudflare

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// subscriptionBody is what clients send to change a zone's plan.
type subscriptionBody struct {
	RatePlan struct {
		ID string `json:"id"`
	} `json:"rate_plan"`
}

// getSubscription is GET /zones/{zone_id}/subscription. A free zone has none.
func getSubscription(x *exchange) error {
	if !x.zone.Plan.Subscribed {
		return refuseSubscription(zone.Reported)
	}
	return x.succeedSubscription(x.zone)
}

// createSubscription is POST /zones/{zone_id}/subscription. That it replaces one which is there already is unverified.
// The real API wants a permission for billing; here one to edit the zone is enough, since there is no billing.
func createSubscription(x *exchange) error {
	var body subscriptionBody
	if err := x.decode(&body); err != nil {
		return err
	}
	plan, ok := ratePlan(body.RatePlan.ID)
	if !ok {
		return gatewayRefusal(http.StatusBadRequest, codeRatePlan, zone.Reported,
			"failed to resolve provided rate plan: '%s'", bounded(body.RatePlan.ID))
	}
	z, err := x.store.UpdateZone(x.zone.ID, func(z *api.Zone) { z.Plan = plan })
	if err != nil {
		return refuseAccess(zone.Unverified)
	}
	x.note = plan.LegacyID
	return x.succeedSubscription(z)
}

// updateSubscription is PUT /zones/{zone_id}/subscription, for a zone that has one.
func updateSubscription(x *exchange) error {
	if !x.zone.Plan.Subscribed {
		return refuseSubscription(zone.Unverified) // reported for GET
	}
	return createSubscription(x)
}

func refuseSubscription(evidence zone.Evidence) error {
	return gatewayRefusal(http.StatusNotFound, codeNoSubscription, evidence,
		"Add a core subscription first and try again. The zone does not have an active core subscription.")
}

// ratePlan finds a plan by its id here: free, pro and enterprise, or the CF_FREE, CF_PRO and CF_ENT of older
// clients. Other plans are not known to this API, as some are not to a real account.
func ratePlan(id string) (api.Plan, bool) {
	short := strings.ToLower(strings.TrimPrefix(id, "CF_"))
	if short == "ent" {
		short = "enterprise"
	}
	return zone.PlanNamed(short)
}

// succeedSubscription writes the keys of the API reference; prices and periods are not known here.
func (x *exchange) succeedSubscription(z *api.Zone) error {
	return x.succeed(func(b []byte) []byte {
		b = append(append(append(b, `{"id":"`...), z.ID.String()...), `","rate_plan":{"id":`...)
		b = appendString(b, z.Plan.LegacyID)
		b = appendString(append(b, `,"public_name":`...), z.Plan.Name)
		b = append(b, `,"currency":"USD","scope":"zone","sets":[],"is_contract":`...)
		b = strconv.AppendBool(b, z.Plan.LegacyID == zone.Enterprise().LegacyID)
		return append(b, `,"externally_managed":false},"price":0,"currency":"USD","frequency":"monthly","state":"Paid"}`...)
	})
}
