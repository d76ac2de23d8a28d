package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

const (
	// maxAnswer bounds what is read of one answer.
	maxAnswer = 16 << 20
	// zonesPerPage and recordsPerPage are what the API's reference allows.
	zonesPerPage, recordsPerPage = 50, 1000
	// maxPages bounds a listing: 50,000 records, more than a diagnosis is of use for.
	maxPages = 50
)

// refusedError says that the API did not grant a request; what it said is in a facts.Refusal.
type refusedError struct{ facts.Refusal }

func (e refusedError) Error() string {
	return fmt.Sprintf("%s %s: %d, code %d: %s", e.Method, e.Path, e.Status, e.Code, e.Message)
}

// envelope is around every answer: https://developers.cloudflare.com/fundamentals/api/reference/.
type envelope struct {
	Success bool `json:"success"`
	Errors  []struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"errors"`
	Result json.RawMessage `json:"result"`
	Info   struct {
		Pages int `json:"total_pages"`
	} `json:"result_info"`
}

// get asks, and decodes the result. It returns how many pages there are.
func (i *Internet) get(ctx context.Context, with facts.Credential, path string, query url.Values, into any) (int,
	error,
) {
	target := i.o.Provider + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return 0, fmt.Errorf("query the provider: %w", err)
	}
	if with.Email != "" {
		req.Header.Set("X-Auth-Email", with.Email)
		req.Header.Set("X-Auth-Key", with.Reveal())
	} else {
		req.Header.Set("Authorization", "Bearer "+with.Reveal())
	}
	resp, err := i.o.HTTP.Do(req)
	if err != nil {
		return 0, fmt.Errorf("query the provider: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer envelope
	err = json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&answer)
	if resp.StatusCode >= http.StatusBadRequest || err == nil && !answer.Success {
		refused := facts.Refusal{
			Time: time.Now().UTC().Format(time.RFC3339), Method: http.MethodGet, Path: path,
			Status: resp.StatusCode,
		}
		if len(answer.Errors) > 0 {
			refused.Code, refused.Message = answer.Errors[0].Code, answer.Errors[0].Message
		}
		return 0, refusedError{refused}
	}
	if err != nil {
		return 0, fmt.Errorf("query the provider: GET %s: read the answer of status %d: %w", path, resp.StatusCode, err)
	}
	if err := json.Unmarshal(answer.Result, into); err != nil {
		return 0, fmt.Errorf("query the provider: GET %s: read the result: %w", path, err)
	}
	return answer.Info.Pages, nil
}

// list reads all pages.
func list[T any](ctx context.Context, i *Internet, with facts.Credential, path string, perPage int,
	query url.Values,
) ([]T, error) {
	if i.o.Provider == "" {
		return nil, errNotAsked()
	}
	if with.Reveal() == "" {
		return nil, errors.New("query the provider: no token is configured in the cluster")
	}
	var out []T
	for page := 1; page <= maxPages; page++ {
		asked := url.Values{"page": {strconv.Itoa(page)}, "per_page": {strconv.Itoa(perPage)}}
		for name, values := range query {
			asked[name] = values
		}
		var found []T
		pages, err := i.get(ctx, with, path, asked, &found)
		if err != nil {
			return out, err
		}
		out = append(out, found...)
		if page >= pages {
			return out, nil
		}
	}
	return out, fmt.Errorf("query the provider: GET %s: more than %d pages", path, maxPages)
}

// errNotAsked is the answer of a provider that must not be asked.
func errNotAsked() error {
	return errors.New("query the provider: not allowed; give --ask-cloudflare to allow requests with the cluster's own " +
		"token")
}

// zone is what is read of a zone.
type zone struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Status      string   `json:"status"`
	Paused      bool     `json:"paused"`
	NameServers []string `json:"name_servers"`
	Permissions []string `json:"permissions"` // of the asker
}

// record is what is read of a record.
type record struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Type     string    `json:"type"`
	Content  string    `json:"content"`
	TTL      int       `json:"ttl"`
	Proxied  bool      `json:"proxied"`
	Comment  string    `json:"comment"`
	Created  time.Time `json:"created_on"`
	Modified time.Time `json:"modified_on"`
}

// Zones lists the zones that the credential sees.
func (i *Internet) Zones(ctx context.Context, with facts.Credential) ([]facts.Zone, error) {
	zones, err := list[zone](ctx, i, with, "/zones", zonesPerPage, nil)
	if err != nil {
		return nil, fmt.Errorf("list zones: %w", err)
	}
	out := make([]facts.Zone, 0, len(zones))
	for _, z := range zones {
		out = append(out, facts.Zone{Name: z.Name, Status: z.Status, Paused: z.Paused, NameServers: z.NameServers})
	}
	return out, nil
}

// Records lists the records of a zone.
func (i *Internet) Records(ctx context.Context, with facts.Credential, name string) ([]facts.Record, error) {
	zones, err := list[zone](ctx, i, with, "/zones", zonesPerPage, url.Values{"name": {name}})
	if err != nil {
		return nil, fmt.Errorf("find zone %s: %w", name, err)
	}
	if len(zones) == 0 {
		return nil, fmt.Errorf("find zone %s: the token does not see it", name)
	}
	records, err := list[record](ctx, i, with, "/zones/"+url.PathEscape(zones[0].ID)+"/dns_records", recordsPerPage, nil)
	if err != nil {
		return nil, fmt.Errorf("list records of zone %s: %w", name, err)
	}
	out := make([]facts.Record, 0, len(records))
	for _, r := range records {
		out = append(out, facts.Record(r))
	}
	return out, nil
}
