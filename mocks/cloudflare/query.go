package cloudflare

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

// values are the query parameters of a request.
type values struct{ url.Values }

func parseQuery(raw string) (values, error) {
	parsed, err := url.ParseQuery(raw)
	if err != nil {
		return values{}, refuseQuery("Query string is invalid.")
	}
	return values{parsed}, nil
}

// refuseQuery: what the real API says to bad parameters is not known.
func refuseQuery(format string, args ...any) error {
	return gatewayRefusal(http.StatusBadRequest, codeQuery, zone.Unverified, format, args...)
}

// paging is the page asked for.
type paging struct{ page, perPage int }

func (p paging) offset() int { return (p.page - 1) * p.perPage }

// pages is how many pages the total fills; an empty list still has one [REC].
func (p paging) pages(total int) int { return max(1, (total+p.perPage-1)/p.perPage) }

const maxPage = 1 << 30

// paging reads page and per_page. A page beyond the end is an empty list, not an error: that is how half of
// the clients find the end.
func (v values) paging(perPage, maxPerPage int) (paging, error) {
	p := paging{page: 1, perPage: perPage}
	for _, field := range []struct {
		name  string
		limit int
		into  *int
	}{{"page", maxPage, &p.page}, {"per_page", maxPerPage, &p.perPage}} {
		text := v.Get(field.name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > field.limit {
			return p, refuseQuery("%s must be between 1 and %d.", field.name, field.limit)
		}
		*field.into = n
	}
	return p, nil
}

// records reads the filters of GET /zones/{id}/dns_records.
func (v values) records(p paging) (zone.Query, error) {
	q := zone.Query{Offset: p.offset(), Limit: p.perPage}
	for name, list := range v.Values {
		if len(list) == 0 || list[0] == "" && !strings.HasSuffix(name, ".present") && !strings.HasSuffix(name, ".absent") {
			continue
		}
		if err := filter(&q, name, list); err != nil {
			return q, err
		}
	}
	if q.Name.Exact != "" {
		q.Name.Exact = zone.Canonical(q.Name.Exact)
	}
	return q, nil
}

// filter reads one parameter; those that are not known are ignored.
func filter(q *zone.Query, name string, list []string) error {
	value := list[0]
	field, operator, _ := strings.Cut(name, ".")
	switch field {
	case "name":
		match(&q.Name, operator, value)
	case "content":
		match(&q.Content, operator, value)
	case "comment":
		match(&q.Comment, operator, value)
	case "tag":
		for _, text := range list {
			if m, ok := matchTag(operator, text); ok {
				q.Tags = append(q.Tags, m)
			}
		}
	case "tag_match", "tag-match": // the latter is what cloudflare-go v0 writes
		q.AnyTag = value == "any"
	case "type":
		q.Type = value
	case "search":
		q.Search = value
	case "match":
		q.Any = value == "any"
	case "direction":
		q.Descending = value == "desc"
	case "order":
		if !slices.Contains([]string{"type", "name", "content", "ttl", "proxied"}, value) {
			return refuseQuery("order %q is invalid.", bounded(value))
		}
		q.Order = value
	case "proxied":
		proxied, err := strconv.ParseBool(value)
		if err != nil {
			return refuseQuery("proxied must be true or false.")
		}
		q.Proxied = &proxied
	}
	return nil
}

// matchTag reads "name" or "name:value"; without an operator a value is to be the same, and a name to be there.
func matchTag(operator, text string) (m zone.TagMatch, ok bool) {
	name, value, valued := strings.Cut(text, ":")
	m.Name = name
	switch operator {
	case "absent":
		m.Absent = true
	case "present":
	case "", "exact", "contains", "startswith", "endswith":
		if operator != "" || valued {
			match(&m.Value, operator, value)
		}
	default:
		return m, false
	}
	return m, name != ""
}

func match(m *zone.Match, operator, value string) {
	switch operator {
	case "", "exact":
		m.Exact = value
	case "contains":
		m.Contains = value
	case "startswith":
		m.StartsWith = value
	case "endswith":
		m.EndsWith = value
	case "present":
		m.Present = true
	case "absent":
		m.Absent = true
	}
}
