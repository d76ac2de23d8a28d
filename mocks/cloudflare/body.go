package cloudflare

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// recordBody is a record as clients send it. Fields that it does not name, such as zone_id, are ignored.
type recordBody struct {
	ID       *string        `json:"id"`
	Name     *string        `json:"name"`
	Type     *string        `json:"type"`
	Content  *string        `json:"content"`
	TTL      *float64       `json:"ttl"`
	Proxied  *bool          `json:"proxied"`
	Priority *float64       `json:"priority"`
	Data     map[string]any `json:"data"`
	Comment  *string        `json:"comment"`
	Tags     *[]string      `json:"tags"`
	Settings struct {
		FlattenCNAME *bool `json:"flatten_cname"`
		IPv4Only     *bool `json:"ipv4_only"`
		IPv6Only     *bool `json:"ipv6_only"`
	} `json:"settings"`
}

// change turns a body into what the store takes.
func (b *recordBody) change() (zone.Change, error) {
	c := zone.Change{
		Name: b.Name, Type: b.Type, Content: b.Content, Proxied: b.Proxied, Data: b.Data,
		Comment: b.Comment, Tags: b.Tags, FlattenCNAME: b.Settings.FlattenCNAME,
		IPv4Only: b.Settings.IPv4Only, IPv6Only: b.Settings.IPv6Only,
	}
	if b.TTL != nil {
		ttl, err := whole("ttl", *b.TTL, math.MaxInt32)
		if err != nil {
			return c, err
		}
		c.TTL = &ttl
	}
	if b.Priority != nil {
		n, err := whole("priority", *b.Priority, math.MaxUint16)
		if err != nil {
			return c, err
		}
		priority := uint16(n) //nolint:gosec // whole holds it to 65535
		c.Priority = &priority
	}
	return c, nil
}

func whole(name string, n, limit float64) (int, error) {
	if n != math.Trunc(n) || n < 0 || n > limit {
		return 0, refuseBody(
			zone.Unverified,
			"Request body is invalid: %s must be a whole number from 0 to %.0f.",
			name,
			limit,
		)
	}
	return int(n), nil
}

// maxOperations bounds each list of a batch while it is read, far above what any plan takes: decoded, a body of
// empty objects is forty times its size.
const maxOperations = 10_000

// operations are one list of a batch.
type operations []recordBody

// UnmarshalJSON reads one operation after the other, and stops at too many.
func (o *operations) UnmarshalJSON(list []byte) error {
	dec := json.NewDecoder(bytes.NewReader(list))
	if first, err := dec.Token(); err != nil || first != json.Delim('[') {
		return json.Unmarshal(list, (*[]recordBody)(o)) // null, or no list: encoding/json knows the words
	}
	for dec.More() {
		if len(*o) == maxOperations {
			return refuseBody(zone.Unverified, "Request body is invalid: more than %d operations.", maxOperations)
		}
		var one recordBody
		if err := dec.Decode(&one); err != nil {
			return err
		}
		*o = append(*o, one)
	}
	return nil
}

// batchBody is the body of POST /zones/{id}/dns_records/batch.
type batchBody struct {
	Deletes operations `json:"deletes"`
	Patches operations `json:"patches"`
	Puts    operations `json:"puts"`
	Posts   operations `json:"posts"`
}

func (b *batchBody) batch() (zone.Batch, error) {
	var out zone.Batch
	for i := range b.Deletes {
		id, err := recordID(b.Deletes[i].ID)
		if err != nil {
			return out, err
		}
		out.Deletes = append(out.Deletes, id)
	}
	for _, list := range []struct {
		from  operations
		into  *[]zone.Change
		known bool
	}{{b.Patches, &out.Patches, true}, {b.Puts, &out.Puts, true}, {b.Posts, &out.Posts, false}} {
		for i := range list.from {
			c, err := list.from[i].change()
			if err == nil && list.known {
				c.ID, err = recordID(list.from[i].ID)
			}
			if err != nil {
				return out, err
			}
			*list.into = append(*list.into, c)
		}
	}
	return out, nil
}

// recordID: what the real API says to a batch entry without a proper id is not known.
func recordID(text *string) (api.ID, error) {
	if text == nil {
		return api.ID{}, refuseBody(zone.Unverified, "Request body is invalid: id is required.")
	}
	id, err := api.ParseID(*text)
	if err != nil {
		return id, refuseBody(zone.Unverified, "Request body is invalid: id is not an identifier.")
	}
	return id, nil
}

// decode reads the body as one JSON object. Content-Type is not required: cert-manager sends none.
func (x *exchange) decode(into any) error {
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return gatewayRefusal(http.StatusRequestEntityTooLarge, zone.CodeBody, zone.Unverified,
			"Request body is larger than %d bytes.", maxBody)
	case err != nil:
		return refuseBody(zone.Unverified, "Failed to read request body.")
	}
	if err := json.Unmarshal(body, into); err != nil {
		var (
			wrongType *json.UnmarshalTypeError
			refused   *zone.APIError
		)
		switch {
		case errors.As(err, &refused):
			return refused
		case errors.As(err, &wrongType):
			return refuseBody(zone.Reported, "Request body is invalid.")
		}
		return refuseBody(zone.Reported, "Failed to parse request body, content-type must be application/json")
	}
	return nil
}
