package zone

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

const (
	maxTTL      = 86400
	maxTagName  = 32
	maxTagValue = 100
)

// resolve makes the record that a change asks for, checked alone: name, type, content, TTL, proxy, comment
// and tags. What it may stand beside is conflicts' business. old is nil for a new record; keep says that
// unspecified fields stay (PATCH) instead of going back to their defaults (PUT).
func (c *Change) resolve(z *api.Zone, old *Record, keep bool, now time.Time) (*Record, error) {
	r := &Record{Record: api.Record{ID: c.ID, TTL: AutomaticTTL, Created: now, Modified: now}}
	if old != nil {
		if keep {
			*r = *old
		}
		r.ID, r.Created, r.seq, r.Modified = old.ID, old.Created, old.seq, now
	}
	if err := c.resolveName(z, r, old); err != nil {
		return nil, err
	}
	if c.TTL != nil {
		r.TTL = *c.TTL
	}
	if c.Proxied != nil {
		r.Proxied = *c.Proxied
	}
	if c.IPv4Only != nil {
		r.IPv4Only = *c.IPv4Only
	}
	if c.IPv6Only != nil {
		r.IPv6Only = *c.IPv6Only
	}
	if c.FlattenCNAME != nil {
		r.FlattenCNAME = *c.FlattenCNAME
	}
	if err := c.resolveContent(r, old); err != nil {
		return nil, err
	}
	if r.Type == "CNAME" && r.Content == r.Name {
		return nil, refuse(
			Reported,
			CodeSelfReference,
			"CNAME content cannot reference itself.",
		) // external-dns#4749, 2024-09
	}
	if err := checkProxy(r, c.TTL, z.Plan.MinTTL); err != nil {
		return nil, err
	}
	return r, c.resolveNotes(&z.Plan, r, old, now)
}

func (c *Change) resolveName(z *api.Zone, r, old *Record) error {
	switch {
	case c.Type != nil:
		r.Type = *c.Type
	case old != nil:
		r.Type = old.Type
	}
	types := Types()
	at, known := slices.BinarySearch(types, r.Type)
	if !known {
		return refuse(Unverified, CodeTypeInvalid, "DNS record type %q is invalid.", r.Type)
	}
	r.Type = types[at] // the constant, so that a million records share it
	if old != nil && r.Type != old.Type {
		return refuse(Unverified, CodeTypeChange, "Changing the type of a DNS record is not supported.")
	}
	if c.Name == nil && r.Name != "" {
		return nil
	}
	name := ""
	if c.Name != nil {
		name = *c.Name
	}
	full, err := Absolute(name, z.Name)
	r.Name = full
	return err
}

func (c *Change) resolveContent(r, old *Record) error {
	if c.Priority != nil {
		r.Priority = c.Priority
	}
	if fields(r.Type) != nil {
		if c.Data == nil && r.Data != "" {
			return nil // a patch that leaves the data alone
		}
		content, data, priority, err := compose(r.Type, c.Data)
		if err != nil {
			return err
		}
		r.Content, r.Data = content, data
		switch {
		case priority != nil:
			r.Priority = priority
		case r.Type != "URI":
			r.Priority = nil
		case r.Priority == nil:
			return refuse(Unverified, CodeFieldRequired, "priority is a required field.")
		}
		return nil
	}
	if r.Type != "MX" {
		r.Priority = nil // external-dns sends 0 with everything; it is accepted and dropped [SRC]
	} else if r.Priority == nil {
		return refuse(Reported, CodeFieldRequired, "priority is a required field.")
	}
	if c.Content == nil && old != nil && r.Content != "" {
		return nil
	}
	if c.Content == nil {
		return refuse(Unverified, CodeFieldRequired, "content is a required field.")
	}
	content, err := canonicalContent(r.Type, *c.Content)
	r.Content = content
	return err
}

func checkProxy(r *Record, asked *int, minTTL int) error {
	if r.Proxied {
		if r.Type != "A" && r.Type != "AAAA" && r.Type != "CNAME" {
			return refuse(Reported, CodeNotProxiable, "This record type cannot be proxied.")
		}
		if !r.Proxiable() {
			return refuse(Reported, CodeTargetPrivate, "Target %s is not allowed for a proxied record.", r.Content)
		}
	}
	if minTTL == 0 {
		minTTL = 60
	}
	if asked != nil && r.TTL != AutomaticTTL && (r.TTL < minTTL || r.TTL > maxTTL) {
		return refuse(Reported, CodeTTL, "TTL must be between %d and %d seconds, or 1 for Automatic.", minTTL, maxTTL)
	}
	if r.Proxied {
		r.TTL = AutomaticTTL // proxied records have no other [DOC]
	}
	return nil
}

func (c *Change) resolveNotes(plan *api.Plan, r, old *Record, now time.Time) error {
	if c.Comment != nil {
		if n := utf8.RuneCountInString(*c.Comment); plan.MaxComment > 0 && n > plan.MaxComment {
			return refuse(
				Reported,
				CodeComment,
				"DNS record comment exceeds the maximum length of %d characters.",
				plan.MaxComment,
			)
		}
		r.Comment = *c.Comment
	}
	if c.Tags != nil {
		if n := len(*c.Tags); n > plan.MaxTags {
			return refuse(Reported, CodeTags, "DNS record has %d tags, exceeding the quota of %d.", n, plan.MaxTags)
		}
		for _, tag := range *c.Tags {
			if !validTag(tag) {
				return refuse(Unverified, CodeTagInvalid, "DNS record tag %q is invalid.", tag)
			}
		}
		r.Tags = slices.Clone(*c.Tags)
	}
	r.CommentModified, r.TagsModified = nil, nil
	if r.Comment != "" {
		r.CommentModified = &now
		if old != nil && old.Comment == r.Comment {
			r.CommentModified = old.CommentModified
		}
	}
	if len(r.Tags) > 0 {
		r.TagsModified = &now
		if old != nil && slices.Equal(old.Tags, r.Tags) {
			r.TagsModified = old.TagsModified
		}
	}
	return nil
}

// validTag: name or name:value, the name of letters, digits, "-" and "_"
// (developers.cloudflare.com/dns/manage-dns-records/reference/record-attributes).
func validTag(tag string) bool {
	name, value := tag, ""
	for i := range len(tag) {
		if tag[i] == ':' {
			name, value = tag[:i], tag[i+1:]
			break
		}
	}
	return len(name) <= maxTagName && utf8.RuneCountInString(value) <= maxTagValue && validLabel(name)
}
