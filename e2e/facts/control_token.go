package facts

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Try looks the fingerprint up: the value itself goes nowhere.
func (i steered) Try(ctx context.Context, c Credential) (Token, error) {
	zones, err := i.c.Zones(ctx)
	if err != nil {
		return Token{}, fmt.Errorf("list zones: %w", err)
	}
	var out Token
	if c.Email != "" {
		out, err = i.user(ctx, c, zones)
	} else {
		out, err = i.token(ctx, c, zones)
	}
	if err != nil {
		return out, err
	}
	entries, err := i.c.Journal(ctx, api.JournalFilter{Source: api.SourceAPI, Contains: c.Fingerprint()})
	if err != nil {
		return out, fmt.Errorf("read the journal of token %s: %w", c, err)
	}
	out.Refusals, out.Granted = answers(entries.Entries, c.Fingerprint())
	return out, nil
}

func (i steered) token(ctx context.Context, c Credential, zones []api.Zone) (Token, error) {
	known, err := i.c.Tokens(ctx)
	if err != nil {
		return Token{}, fmt.Errorf("list tokens: %w", err)
	}
	at := slices.IndexFunc(known, func(t api.Token) bool { return t.Fingerprint == c.Fingerprint() })
	switch {
	case at < 0 && !api.WellFormedToken(c.Reveal()):
		return Token{Status: "malformed"}, nil
	case at < 0:
		return Token{Status: "unknown"}, nil
	}
	t, now := known[at], time.Now()
	out := Token{Status: string(t.StatusAt(now))}
	if out.Status == string(api.TokenActive) && !t.UsableAt(now) {
		out.Status = "not-yet"
	}
	out.ZoneRead, out.DNSRead, out.DNSEdit = new(t.May(api.ZoneRead)), new(t.May(api.DNSRead)), new(t.May(api.DNSEdit))
	if *out.ZoneRead {
		for _, z := range zones {
			if t.Covers(z.ID) {
				out.Zones = append(out.Zones, z.Name)
			}
		}
	}
	return out, nil
}

// user answers for a global key, which may do everything everywhere.
func (i steered) user(ctx context.Context, c Credential, zones []api.Zone) (Token, error) {
	known, err := i.c.Users(ctx)
	if err != nil {
		return Token{}, fmt.Errorf("list users: %w", err)
	}
	if !slices.ContainsFunc(known, func(u api.User) bool {
		return u.Fingerprint == c.Fingerprint() && strings.EqualFold(u.Email, c.Email)
	}) {
		return Token{Status: "unknown"}, nil
	}
	out := Token{Status: "active", ZoneRead: new(true), DNSRead: new(true), DNSEdit: new(true)}
	for _, z := range zones {
		out.Zones = append(out.Zones, z.Name)
	}
	return out, nil
}

// maxRefusals bounds what is kept of one credential, the newest.
const maxRefusals = 20

// answers are the requests with a credential that the API did not grant, and when it last granted one.
func answers(entries []api.JournalEntry, fingerprint string) (out []Refusal, granted string) {
	for _, e := range entries {
		status, code, _ := strings.Cut(e.Outcome, " ")
		number, err := strconv.Atoi(status)
		if err != nil || e.Detail["token"] != fingerprint {
			continue
		}
		if number < 400 {
			granted = e.Time.UTC().Format(time.RFC3339Nano)
			continue
		}
		method, path, _ := strings.Cut(e.Op, " ")
		r := Refusal{
			Time: e.Time.UTC().Format(time.RFC3339Nano), Method: method, Path: path, Status: number,
			Client: e.Client,
		}
		r.Code, _ = strconv.Atoi(code) // a transport fault has none
		if agent := e.Detail["agent"]; agent != "" {
			r.Client = agent
		}
		out = append(out, r)
	}
	return out[max(0, len(out)-maxRefusals):], granted
}

// Journal reads on from where at most so many entries are left.
func (i steered) Journal(ctx context.Context, since time.Time, most int) ([]api.JournalEntry, error) {
	counters, err := i.c.Counters(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	var filter api.JournalFilter
	if last := counters.JournalLast; last > uint64(most) { //nolint:gosec // a bound is not negative
		filter.After = last - uint64(most) //nolint:gosec // likewise
	}
	found, err := i.c.Journal(ctx, filter)
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	entries := slices.DeleteFunc(found.Entries, func(e api.JournalEntry) bool { return e.Time.Before(since) })
	return entries[max(0, len(entries)-most):], nil
}
