package cloudflare

import (
	"net/http"
	"strings"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// family groups routes that refuse a caller in the same way.
type family int

const (
	zones family = iota
	records
	tokens
	open // no credentials are read
)

type handler func(*exchange) error

// route finds the handler of a request; nil when there is no such route or an identifier is malformed.
func (x *exchange) route() (family, handler) {
	if len(x.path) == 0 {
		return 0, nil
	}
	switch {
	case x.path[0] == "zones":
		return x.routeZones()
	case len(x.path) == 1 && x.path[0] == "user":
		return zones, x.by(methods{http.MethodGet: getUser})
	case len(x.path) == 1 && x.path[0] == "memberships":
		return zones, x.by(methods{http.MethodGet: listMemberships})
	case len(x.path) == 1 && x.path[0] == "accounts":
		return zones, x.by(methods{http.MethodGet: listAccounts})
	case x.path[0] == "user" && len(x.path) > 1 && x.path[1] == "tokens":
		return x.routeTokens(x.path[2:])
	case x.path[0] == "accounts" && len(x.path) > 1 && isID(x.path[1]):
		return x.routeAccount(x.path[2:])
	case len(x.path) == 1 && x.path[0] == "ips":
		return open, x.by(methods{http.MethodGet: listRanges})
	case knownAtRoot(x.path[0]), x.path[0] == "user" && knownOfUser(x.path[1]):
		return zones, beyond(refuseAccess(zone.Unverified))
	}
	return 0, nil
}

// beyond is a part of the API that this server does not have: a token has no permission for it, and a user, who has
// them all, finds no route.
func beyond(refused error) handler {
	return func(x *exchange) error {
		if x.caller.user != nil {
			return x.noRoute()
		}
		return refused
	}
}

// forbidden is how the DNS API refuses a token without the permission; that the rest of the API does so is by
// inference.
func forbidden(evidence zone.Evidence) error {
	return gatewayRefusal(http.StatusForbidden, codeAuth, evidence, "Authentication error")
}

func (x *exchange) routeAccount(rest []string) (family, handler) {
	x.account, _ = api.ParseID(x.path[1]) // it is one: see route
	switch {
	case len(rest) == 0:
		return zones, x.by(methods{http.MethodGet: getAccount})
	case rest[0] == "tokens":
		return x.routeTokens(rest[1:])
	}
	if f, one, ok := featureOf(accountFeatures(), rest); ok {
		return zones, f.serve(one)
	}
	if knownInAccount(rest[0]) {
		return zones, beyond(forbidden(zone.Unverified))
	}
	return 0, nil
}

func (x *exchange) routeZones() (family, handler) {
	switch {
	case len(x.path) == 1:
		return zones, x.by(methods{http.MethodGet: listZones, http.MethodPost: createZone})
	case !isID(x.path[1]):
		return 0, nil
	case len(x.path) == 2:
		return zones, x.by(methods{
			http.MethodGet:    onZone(zones, api.ZoneRead, getZone),
			http.MethodPatch:  onZone(zones, api.ZoneEdit, editZone),
			http.MethodDelete: onZone(zones, api.ZoneEdit, deleteZone),
		})
	case len(x.path) == 3 && x.path[2] == "activation_check":
		return zones, x.by(methods{http.MethodPut: onZone(zones, api.ZoneEdit, checkActivation)})
	case len(x.path) == 3 && x.path[2] == "subscription":
		return zones, x.by(methods{
			http.MethodGet:  onZone(zones, api.ZoneRead, getSubscription),
			http.MethodPost: onZone(zones, api.ZoneEdit, createSubscription),
			http.MethodPut:  onZone(zones, api.ZoneEdit, updateSubscription),
		})
	case x.path[2] == "dns_records":
		return x.routeRecords(x.path[3:])
	case len(x.path) == 3 && x.path[2] == "dnssec" && x.r.Method == http.MethodGet:
		return records, onZone(records, api.DNSRead, dnssec)
	}
	if len(x.path) == 3 && x.path[2] == "dns_settings" && x.r.Method == http.MethodGet {
		return records, onZone(records, api.DNSRead, dnsSettings)
	}
	if f, one, ok := featureOf(zoneFeatures(), x.path[2:]); ok {
		return zones, onZone(records, api.ZoneRead, f.serve(one))
	}
	if knownInZone(x.path[2]) {
		return zones, onZone(records, api.ZoneRead, beyond(forbidden(zone.Unverified)))
	}
	return 0, nil
}

func (x *exchange) routeRecords(rest []string) (family, handler) {
	switch {
	case len(rest) == 0 && x.r.Method == http.MethodGet: // the two most frequent routes
		return records, onZone(records, api.DNSRead, listRecords)
	case len(rest) == 0 && x.r.Method == http.MethodPost:
		return records, onZone(records, api.DNSEdit, createRecord)
	case len(rest) == 0:
		return records, noMethod
	case len(rest) > 1:
		return 0, nil
	case rest[0] == "batch":
		return records, x.by(methods{http.MethodPost: onZone(records, api.DNSEdit, batchRecords)})
	case rest[0] == "export":
		return records, x.by(methods{http.MethodGet: onZone(records, api.DNSRead, exportRecords)})
	case rest[0] == "import":
		return records, x.by(methods{http.MethodPost: onZone(records, api.DNSEdit, importRecords)})
	}
	id, err := api.ParseID(rest[0])
	if err != nil {
		return 0, nil
	}
	x.record = id
	return records, x.by(methods{
		http.MethodGet:    onZone(records, api.DNSRead, getRecord),
		http.MethodPatch:  onZone(records, api.DNSEdit, patchRecord),
		http.MethodPut:    onZone(records, api.DNSEdit, putRecord),
		http.MethodDelete: onZone(records, api.DNSEdit, deleteRecord),
	})
}

func (x *exchange) routeTokens(rest []string) (family, handler) {
	switch {
	case len(rest) == 0:
		return zones, x.by(methods{http.MethodGet: listTokens, http.MethodPost: createToken})
	case len(rest) == 1 && rest[0] == "verify":
		return tokens, x.by(methods{http.MethodGet: verifyToken})
	case len(rest) == 1 && rest[0] == "permission_groups":
		return zones, x.by(methods{http.MethodGet: listPermissionGroups})
	}
	id, err := api.ParseID(rest[0])
	if err != nil {
		return 0, nil
	}
	x.record = id
	switch {
	case len(rest) == 1:
		return zones, x.by(methods{http.MethodGet: getToken, http.MethodPut: updateToken, http.MethodDelete: deleteToken})
	case len(rest) == 2 && rest[1] == "value":
		return zones, x.by(methods{http.MethodPut: rollToken})
	}
	return 0, nil
}

// methods are the handlers of one route.
type methods map[string]handler

func (x *exchange) by(m methods) handler {
	if h := m[x.r.Method]; h != nil {
		return h
	}
	return noMethod
}

func isID(segment string) bool {
	_, err := api.ParseID(segment)
	return err == nil
}

// noRoute: [ISS] 404 and 7003 since 2025, the path as it was routed.
func (x *exchange) noRoute() error {
	path := x.r.URL.Path
	if x.path != nil {
		path = Prefix + "/" + strings.Join(x.path, "/")
	}
	return gatewayRefusal(http.StatusNotFound, codeNoRoute, zone.Reported,
		"Could not route to %s, perhaps your object identifier is invalid?", bounded(path))
}

func noMethod(x *exchange) error {
	return gatewayRefusal(http.StatusMethodNotAllowed, codeNoMethod, zone.Unverified,
		"Method %s not available for that URI.", bounded(x.r.Method))
}

// onZone resolves the zone of the path and checks scope and permission. The records API answers 10000 for a
// zone that it does not know, that the token does not cover, and for a missing permission alike [DOC]; the
// zones API answers 9109 where a zone may not be read [ISS], and for an unknown zone or an edit by inference [UNV].
func onZone(f family, need api.Permission, h handler) handler {
	return func(x *exchange) error {
		id, err := api.ParseID(x.path[1])
		if err != nil {
			return x.noRoute()
		}
		z, err := x.store.Zone(id)
		if err == nil {
			x.zone = z
		}
		switch {
		case err == nil && x.caller.may(need) && x.caller.covers(id):
			return h(x)
		case f == records:
			return refuseRecords()
		case err == nil && need == api.ZoneRead:
			return refuseAccess(zone.Reported)
		}
		return refuseAccess(zone.Unverified)
	}
}
