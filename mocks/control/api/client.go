package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxAnswer bounds what a client reads of one answer.
const maxAnswer = 64 << 20

// Client calls a control API. Its methods return *Error for what the API
// refuses. It is safe for concurrent use.
type Client struct {
	base string
	http *http.Client
}

// NewClient returns a client of the API below baseURL. The URL may have a path
// of its own: the Kubernetes API server's service proxy has.
// A nil http.Client means http.DefaultClient.
func NewClient(baseURL string, c *http.Client) *Client {
	if c == nil {
		c = http.DefaultClient
	}
	return &Client{base: strings.TrimRight(baseURL, "/"), http: c}
}

// call sends body, if any, and reads the answer into out, if any.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, body, out any) error {
	answer, err := c.raw(ctx, method, path, query, body)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Close() }()
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(io.LimitReader(answer, maxAnswer)).Decode(out); err != nil {
		return fmt.Errorf("control %s %s: read the answer: %w", method, path, err)
	}
	return nil
}

func (c *Client) raw(ctx context.Context, method, path string, query url.Values, body any) (io.ReadCloser, error) {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("control %s %s: encode the body: %w", method, path, err)
		}
		content = bytes.NewReader(encoded)
	}
	return c.send(ctx, method, path, query, content, "application/json")
}

// send sends content of a media type, if any, and returns the body of a good answer.
func (c *Client) send(
	ctx context.Context,
	method, path string,
	query url.Values,
	content io.Reader,
	mediaType string,
) (io.ReadCloser, error) {
	target := c.base + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, target, content)
	if err != nil {
		return nil, fmt.Errorf("control %s %s: %w", method, path, err)
	}
	if content != nil {
		req.Header.Set("Content-Type", mediaType)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("control %s %s: %w", method, path, err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, nil
	}
	defer func() { _ = resp.Body.Close() }()
	return nil, fmt.Errorf("control %s %s: %w", method, path, readError(resp))
}

// readError reads a typed error, or makes one of an answer that is not the
// API's: a proxy in between has its own.
func readError(resp *http.Response) error {
	text, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err != nil {
		return err
	}
	var e ErrorResponse
	if json.Unmarshal(text, &e) == nil && e.Error != nil && e.Error.Code != "" {
		return e.Error
	}
	return &Error{Status: resp.StatusCode, Code: "foreign", Message: strings.TrimSpace(string(text))}
}

// Ready returns nil when all listeners of the fake internet answer.
func (c *Client) Ready(ctx context.Context) error {
	return c.call(ctx, http.MethodGet, "/readyz", nil, nil, nil)
}

// Health returns nil when the process is alive.
func (c *Client) Health(ctx context.Context) error {
	return c.call(ctx, http.MethodGet, "/healthz", nil, nil, nil)
}

// Roots returns the roots, as PEM.
func (c *Client) Roots(ctx context.Context) (Roots, error) {
	var out Roots
	return out, c.call(ctx, http.MethodGet, "/v1/roots", nil, nil, &out)
}

// Zones lists the zones.
func (c *Client) Zones(ctx context.Context) ([]Zone, error) {
	out := []Zone{}
	return out, c.call(ctx, http.MethodGet, "/v1/zones", nil, nil, &out)
}

// CreateZone makes a zone.
func (c *Client) CreateZone(ctx context.Context, d ZoneDraft) (Zone, error) {
	var out Zone
	return out, c.call(ctx, http.MethodPost, "/v1/zones", nil, d, &out)
}

// PatchZone changes a zone, by name or id.
func (c *Client) PatchZone(ctx context.Context, named string, p ZonePatch) (Zone, error) {
	var out Zone
	return out, c.call(ctx, http.MethodPatch, "/v1/zones/"+url.PathEscape(named), nil, p, &out)
}

// DeleteZone deletes a zone, by name or id, with its records.
func (c *Client) DeleteZone(ctx context.Context, named string) error {
	return c.call(ctx, http.MethodDelete, "/v1/zones/"+url.PathEscape(named), nil, nil, nil)
}

func recordsPath(zone string) string { return "/v1/zones/" + url.PathEscape(zone) + "/records" }

func (f RecordFilter) query() url.Values {
	q := url.Values{}
	if f.Name != "" {
		q.Set("name", f.Name)
	}
	if f.Type != "" {
		q.Set("type", f.Type)
	}
	return q
}

// Records lists records of a zone, by name or id, as the provider has them.
func (c *Client) Records(ctx context.Context, zoneNamed string, f RecordFilter) ([]Record, error) {
	out := []Record{}
	return out, c.call(ctx, http.MethodGet, recordsPath(zoneNamed), f.query(), nil, &out)
}

// PutRecord replaces or makes a record: see RecordDraft.
func (c *Client) PutRecord(ctx context.Context, zoneNamed string, d RecordDraft) (Record, error) {
	var out Record
	return out, c.call(ctx, http.MethodPut, recordsPath(zoneNamed), nil, d, &out)
}

// DeleteRecord deletes one record and returns what it was.
func (c *Client) DeleteRecord(ctx context.Context, zoneNamed string, id ID) (Record, error) {
	var out Record
	return out, c.call(ctx, http.MethodDelete, recordsPath(zoneNamed)+"/"+id.String(), nil, nil, &out)
}

// DeleteRecords deletes the records that the filter chooses, and returns them. The filter must not be empty.
func (c *Client) DeleteRecords(ctx context.Context, zoneNamed string, f RecordFilter) ([]Record, error) {
	out := []Record{}
	return out, c.call(ctx, http.MethodDelete, recordsPath(zoneNamed), f.query(), nil, &out)
}

// Tokens lists the tokens, by fingerprint and never by value.
func (c *Client) Tokens(ctx context.Context) ([]Token, error) {
	out := []Token{}
	return out, c.call(ctx, http.MethodGet, "/v1/tokens", nil, nil, &out)
}

// CreateToken makes a token.
func (c *Client) CreateToken(ctx context.Context, d TokenDraft) (NewToken, error) {
	var out NewToken
	return out, c.call(ctx, http.MethodPost, "/v1/tokens", nil, d, &out)
}

// PatchToken changes a token, by id or fingerprint.
func (c *Client) PatchToken(ctx context.Context, named string, p TokenPatch) (Token, error) {
	var out Token
	return out, c.call(ctx, http.MethodPatch, "/v1/tokens/"+url.PathEscape(named), nil, p, &out)
}

// RevokeToken revokes a token, by id or fingerprint.
func (c *Client) RevokeToken(ctx context.Context, named string) error {
	return c.call(ctx, http.MethodDelete, "/v1/tokens/"+url.PathEscape(named), nil, nil, nil)
}

// RollToken gives a token, by id or fingerprint, another value; one is minted when it is empty.
func (c *Client) RollToken(ctx context.Context, named, value string) (NewToken, error) {
	var out NewToken
	return out, c.call(ctx, http.MethodPost, "/v1/tokens/"+url.PathEscape(named)+"/roll", nil, TokenValue{value}, &out)
}

// Users lists the users with a global key, by fingerprint.
func (c *Client) Users(ctx context.Context) ([]User, error) {
	out := []User{}
	return out, c.call(ctx, http.MethodGet, "/v1/users", nil, nil, &out)
}

// AddUser makes a user with a global key, or replaces the key.
func (c *Client) AddUser(ctx context.Context, d UserDraft) (User, error) {
	var out User
	return out, c.call(ctx, http.MethodPost, "/v1/users", nil, d, &out)
}

// SetLimit switches the API's rate limit, and forgets what was counted.
func (c *Client) SetLimit(ctx context.Context, l Limit) error {
	return c.call(ctx, http.MethodPut, "/v1/api/limit", nil, l, nil)
}
