package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Query sends a question to the DNS through the control API.
func (c *Client) Query(ctx context.Context, q Question) (Reply, error) {
	var out Reply
	return out, c.call(ctx, http.MethodPost, "/v1/dns/query", nil, q, &out)
}

// Unknown returns the names that were queried and are not in this internet.
func (c *Client) Unknown(ctx context.Context) (Unknown, error) {
	var out Unknown
	return out, c.call(ctx, http.MethodGet, "/v1/dns/unknown", nil, nil, &out)
}

// ForgetUnknown forgets the unknown names and starts a new count.
func (c *Client) ForgetUnknown(ctx context.Context) error {
	return c.call(ctx, http.MethodDelete, "/v1/dns/unknown", nil, nil, nil)
}

// Delays returns the publish delays.
func (c *Client) Delays(ctx context.Context) ([]Delay, error) {
	out := []Delay{}
	return out, c.call(ctx, http.MethodGet, "/v1/dns/delays", nil, nil, &out)
}

// SetDelays replaces the publish delays.
func (c *Client) SetDelays(ctx context.Context, delays []Delay) error {
	if delays == nil {
		delays = []Delay{}
	}
	return c.call(ctx, http.MethodPut, "/v1/dns/delays", nil, delays, nil)
}

// Validity returns what the next certificates of "production" or "staging" get.
func (c *Client) Validity(ctx context.Context, authority string) (Validity, error) {
	var out Validity
	return out, c.call(ctx, http.MethodGet, "/v1/acme/"+url.PathEscape(authority)+"/validity", nil, nil, &out)
}

// SetValidity sets it. The zero value goes back to the default.
func (c *Client) SetValidity(ctx context.Context, authority string, v Validity) error {
	return c.call(ctx, http.MethodPut, "/v1/acme/"+url.PathEscape(authority)+"/validity", nil, v, nil)
}

// Profiles returns which certificate profiles "production" or "staging" offers, sorted, and the default.
func (c *Client) Profiles(ctx context.Context, authority string) (Profiles, error) {
	var out Profiles
	return out, c.call(ctx, http.MethodGet, "/v1/acme/"+url.PathEscape(authority)+"/profiles", nil, nil, &out)
}

// SetProfiles sets them, for the orders to come. The zero value is how the authority started.
func (c *Client) SetProfiles(ctx context.Context, authority string, p Profiles) error {
	return c.call(ctx, http.MethodPut, "/v1/acme/"+url.PathEscape(authority)+"/profiles", nil, p, nil)
}

// SignCertificate has an authority sign without an order.
func (c *Client) SignCertificate(ctx context.Context, authority string, d CertificateDraft) (Signed, error) {
	var out Signed
	return out, c.call(ctx, http.MethodPost, "/v1/acme/"+url.PathEscape(authority)+"/certificates", nil, d, &out)
}

// Probe sends a request of the external client (e2e/probe.Request) and reads its report (a *probe.Report). The error
// is one of the control API only: what the client saw is in the report.
func (c *Client) Probe(ctx context.Context, request, report any) error {
	return c.call(ctx, http.MethodPost, "/v1/probe", nil, request, report)
}

// Batch sends many questions and probes, at most MaxBatch in all. One that is invalid fails the whole batch.
func (c *Client) Batch(ctx context.Context, b BatchRequest) (BatchResponse, error) {
	var out BatchResponse
	err := c.call(ctx, http.MethodPost, "/v1/batch", nil, b, &out)
	if err == nil && (len(out.Replies) != len(b.Questions) || len(out.Reports) != len(b.Probes)) {
		err = fmt.Errorf("batch: %d replies and %d reports to %d questions and %d probes",
			len(out.Replies), len(out.Reports), len(b.Questions), len(b.Probes))
	}
	return out, err
}

// Faults lists the faults at work, with their counts.
func (c *Client) Faults(ctx context.Context) ([]FaultState, error) {
	out := []FaultState{}
	return out, c.call(ctx, http.MethodGet, "/v1/faults", nil, nil, &out)
}

// AddFault makes a fault and returns it with its id.
func (c *Client) AddFault(ctx context.Context, r FaultRule) (FaultRule, error) {
	var out FaultRule
	return out, c.call(ctx, http.MethodPost, "/v1/faults", nil, r, &out)
}

// ClearFault ends a fault and returns it with its counts.
func (c *Client) ClearFault(ctx context.Context, id string) (FaultState, error) {
	var out FaultState
	return out, c.call(ctx, http.MethodDelete, "/v1/faults/"+url.PathEscape(id), nil, nil, &out)
}

// ClearFaults ends all faults and returns how many there were.
func (c *Client) ClearFaults(ctx context.Context) (int, error) {
	var out Cleared
	err := c.call(ctx, http.MethodDelete, "/v1/faults", nil, nil, &out)
	return out.Cleared, err
}

// Counters returns totals.
func (c *Client) Counters(ctx context.Context) (Counters, error) {
	var out Counters
	return out, c.call(ctx, http.MethodGet, "/v1/counters", nil, nil, &out)
}

// Reset brings store, faults, delays, settings, counts and journal back to the start.
func (c *Client) Reset(ctx context.Context) error {
	return c.call(ctx, http.MethodPost, "/v1/reset", nil, nil, nil)
}

func journalQuery(f JournalFilter) url.Values {
	q := url.Values{}
	set := func(name, value string, when bool) {
		if when {
			q.Set(name, value)
		}
	}
	set("after", strconv.FormatUint(f.After, 10), f.After > 0)
	set("source", string(f.Source), f.Source != "")
	set("client", f.Client, f.Client != "")
	set("contains", f.Contains, f.Contains != "")
	set("limit", strconv.Itoa(f.Limit), f.Limit > 0)
	return q
}

// Journal returns the entries that the filter chooses, oldest first.
func (c *Client) Journal(ctx context.Context, f JournalFilter) (JournalPage, error) {
	var out JournalPage
	return out, c.call(ctx, http.MethodGet, "/v1/journal", journalQuery(f), nil, &out)
}

// WaitJournal returns as soon as there is an entry that the filter chooses, or
// with ctx's error.
func (c *Client) WaitJournal(ctx context.Context, f JournalFilter) (JournalPage, error) {
	const poll = 30 * time.Second
	for {
		q := journalQuery(f)
		q.Set("wait", strconv.FormatFloat(poll.Seconds(), 'f', -1, 64))
		var out JournalPage
		err := c.call(ctx, http.MethodGet, "/v1/journal", q, nil, &out)
		if err != nil && ctx.Err() != nil {
			return out, fmt.Errorf("wait for the journal: %w", errors.Join(ctx.Err(), err))
		}
		if err != nil || len(out.Entries) > 0 {
			return out, err
		}
	}
}

// WriteJournal copies the whole journal to w as JSON lines.
func (c *Client) WriteJournal(ctx context.Context, w io.Writer) error {
	answer, err := c.raw(ctx, http.MethodGet, "/v1/journal", url.Values{"format": {"lines"}}, nil)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Close() }()
	if _, err := io.Copy(w, answer); err != nil {
		return fmt.Errorf("copy the journal: %w", err)
	}
	return nil
}

// ClearJournal forgets the journal's entries.
func (c *Client) ClearJournal(ctx context.Context) error {
	return c.call(ctx, http.MethodDelete, "/v1/journal", nil, nil, nil)
}
