package cloudflare

import (
	"errors"
	"net/http"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// zoneBody is a zone as clients create and edit it.
type zoneBody struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Account struct {
		ID string `json:"id"`
	} `json:"account"`
	Paused   *bool    `json:"paused"`
	VanityNS []string `json:"vanity_name_servers"`
}

// check refuses what no zone here can be: of another type than full, or with name servers of its own. The code and
// words are reported of this route, for other reasons (terraform-provider-cloudflare#5836); that they answer these is
// unverified.
func (b *zoneBody) check() error {
	if (b.Type == "" || b.Type == "full") && len(b.VanityNS) == 0 {
		return nil
	}
	return gatewayRefusal(http.StatusBadRequest, codeProperty, zone.Unverified, "Invalid property")
}

// createZone is POST /zones. A new zone is pending until it is delegated.
func createZone(x *exchange) error {
	if !x.caller.may(api.ZoneEdit) {
		return refuseAccess(zone.Unverified)
	}
	var body zoneBody
	if err := x.decode(&body); err != nil {
		return err
	}
	if err := body.check(); err != nil {
		return err
	}
	fresh := api.Zone{Name: zone.Canonical(body.Name), Status: api.ZonePending, Account: zone.DefaultAccount()}
	if body.Account.ID != "" {
		id, err := api.ParseID(body.Account.ID)
		if err != nil {
			return refuseBody(zone.Unverified, "Request body is invalid: account.id is not an identifier.")
		}
		if id != fresh.Account.ID {
			fresh.Account = api.Account{ID: id, Name: "Account " + id.String()}
		}
	}
	x.note = fresh.Name
	for _, have := range x.store.ZonesNamed(fresh.Name) {
		if have.Account.ID == fresh.Account.ID { // a name is there once per account
			return gatewayRefusal(
				http.StatusBadRequest,
				codeZoneExists,
				zone.Unverified,
				"%s already exists",
				bounded(fresh.Name),
			)
		}
	}
	z, err := x.store.AddZone(fresh)
	var full *zone.APIError
	if errors.As(err, &full) {
		return &gatewayError{APIError: full}
	}
	if err != nil {
		return gatewayRefusal(http.StatusBadRequest, zone.CodeNameInvalid, zone.Unverified, "DNS name is invalid.")
	}
	return x.succeedZone(z)
}

// editZone is PATCH /zones/{zone_id}. A plan in the body is passed over: the real API has been seen to answer well and
// change nothing (cloudflare-go#362); the subscription changes it.
func editZone(x *exchange) error {
	var body zoneBody
	if err := x.decode(&body); err != nil {
		return err
	}
	if err := body.check(); err != nil {
		return err
	}
	z, err := x.store.UpdateZone(x.zone.ID, func(z *api.Zone) {
		if body.Paused != nil {
			z.Paused = *body.Paused
		}
	})
	if err != nil {
		return refuseAccess(zone.Unverified)
	}
	return x.succeedZone(z)
}

// deleteZone is DELETE /zones/{zone_id}.
func deleteZone(x *exchange) error {
	if err := x.store.RemoveZone(x.zone.ID); err != nil {
		return refuseAccess(zone.Unverified)
	}
	return x.succeedID(x.zone.ID)
}

// checkActivation is PUT /zones/{zone_id}/activation_check. It promises a check and does none: who is
// delegated to is for the owner of the fake internet to say.
func checkActivation(x *exchange) error { return x.succeedID(x.zone.ID) }

func (x *exchange) succeedID(id api.ID) error {
	return x.succeed(func(b []byte) []byte {
		return append(append(append(b, `{"id":"`...), id.String()...), `"}`...)
	})
}
