package cloudflare

import (
	"strconv"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// appendZone writes a zone with the keys, in the order, of the recordings.
func (x *exchange) appendZone(b []byte, z *api.Zone) []byte {
	b = append(append(append(b, `{"id":"`...), z.ID.String()...), `","name":`...)
	b = appendString(b, z.Name)
	b = append(append(append(b, `,"status":"`...), z.Status...), `","paused":`...)
	b = strconv.AppendBool(b, z.Paused)
	b = append(b, `,"type":"full","development_mode":0,"name_servers":`...)
	b = appendStrings(b, z.NameServers)
	b = append(b, `,"original_name_servers":null,"original_registrar":null,"original_dnshost":null,"modified_on":`...)
	b = appendTime(b, z.Modified, full)
	b = appendTime(append(b, `,"created_on":`...), z.Created, full)
	b = append(b, `,"activated_on":`...)
	if z.Activated == nil {
		b = append(b, "null"...)
	} else {
		b = appendTime(b, *z.Activated, full)
	}
	b = append(b, `,"vanity_name_servers":[],"vanity_name_servers_ips":null,`+
		`"meta":{"step":2,"custom_certificate_quota":0,"page_rule_quota":3,"phishing_detected":false},`+
		`"owner":{"id":null,"type":"user","email":null},"account":{"id":"`...)
	b = append(append(b, z.Account.ID.String()...), `","name":`...)
	b = appendString(b, z.Account.Name)
	b = append(b, `},"tenant":{"id":null,"name":null},"tenant_unit":{"id":null},"permissions":`...)
	b = appendStrings(b, x.caller.zonePermissions())
	b = append(append(append(b, `,"plan":{"id":"`...), z.Plan.ID.String()...), `","name":`...)
	b = appendString(b, z.Plan.Name)
	b = append(b, `,"price":0,"currency":"USD","frequency":"","is_subscribed":`...)
	b = strconv.AppendBool(b, z.Plan.Subscribed)
	b = append(b, `,"can_subscribe":false,"legacy_id":`...)
	b = appendString(b, z.Plan.LegacyID)
	return append(b, `,"legacy_discount":false,"externally_managed":false}}`...)
}

// zonePermissions are the caller's permissions in the words of the zone object.
func (c *caller) zonePermissions() []string {
	var out []string
	for _, p := range []struct {
		permission api.Permission
		shown      string
	}{{api.DNSEdit, "#dns_records:edit"}, {api.DNSRead, "#dns_records:read"}, {api.ZoneRead, "#zone:read"}} {
		if c.may(p.permission) {
			out = append(out, p.shown)
		}
	}
	return out
}
