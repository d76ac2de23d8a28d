package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Recording is what the real service answered to some requests, without names and secrets.
type Recording struct {
	Name   string            `json:"name"`
	Day    string            `json:"day"`
	Source string            `json:"source"`
	Given  []json.RawMessage `json:"given,omitempty"` // records that were there
	Steps  []Step            `json:"steps"`
}

// Step is one request and its answer. In paths {zone} is the zone's id, and {record} the id in the last answer.
type Step struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`
	Body   json.RawMessage `json:"body,omitempty"`
	Status int             `json:"status"`
	Answer json.RawMessage `json:"answer"`
}

// ZoneName is the zone of every recording.
const ZoneName = "example.com"

// Service is an API to play steps at, real or fake.
type Service struct {
	Base   string // with /client/v4
	Token  string
	Zone   string // its name; recordings have ZoneName instead
	ZoneID string
	Client *http.Client

	record string
}

// Play makes the request of a step and returns it with the answer in place, as it came.
func (s *Service) Play(ctx context.Context, step Step) (Step, error) {
	named := func(text string) string {
		text = strings.NewReplacer("{zone}", s.ZoneID, "{record}", s.record).Replace(text)
		return strings.ReplaceAll(text, ZoneName, s.Zone)
	}
	body := strings.NewReader(named(string(step.Body)))
	req, err := http.NewRequestWithContext(ctx, step.Method, s.Base+named(step.Path), body)
	if err != nil {
		return step, fmt.Errorf("play %s %s: %w", step.Method, step.Path, err)
	}
	req.Header.Set("Authorization", "Bearer "+s.Token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.Client.Do(req)
	if err != nil {
		return step, fmt.Errorf("play %s %s: %w", step.Method, step.Path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return step, fmt.Errorf("play %s %s: %w", step.Method, step.Path, err)
	}
	step.Status, step.Answer = resp.StatusCode, answer
	var created struct {
		Result struct {
			ID string `json:"id"`
		} `json:"result"`
	}
	if json.Unmarshal(answer, &created) == nil && created.Result.ID != "" {
		s.record = created.Result.ID
	}
	return step, nil
}

// Scrub removes what must not be kept of an answer: identifiers, times, addresses of people, the zone's own name, and
// names of accounts and servers. What is no JSON is refused.
func (s *Service) Scrub(answer []byte) (json.RawMessage, error) {
	var value any
	if err := json.Unmarshal(answer, &value); err != nil {
		return nil, fmt.Errorf("scrub an answer: not JSON: %w", err)
	}
	text, err := json.Marshal(s.scrubbed("", value))
	if err != nil {
		return nil, fmt.Errorf("scrub an answer: %w", err)
	}
	return text, nil
}

func (s *Service) scrubbed(key string, value any) any {
	switch value := value.(type) {
	case map[string]any:
		for k, v := range value {
			value[k] = s.scrubbed(strings.TrimPrefix(key+"."+k, "."), v)
		}
	case []any:
		for i, v := range value {
			value[i] = s.scrubbed(key, v)
		}
	case string:
		return s.scrubbedText(key, value)
	}
	return value
}

func (s *Service) scrubbedText(key, text string) string {
	switch {
	case strings.HasSuffix(key, "account.name"), strings.HasSuffix(key, "owner.name"),
		strings.HasSuffix(key, "tenant.name"):
		return "<name>"
	case strings.HasSuffix(key, "name_servers"):
		return "<server>"
	}
	text = strings.ReplaceAll(text, s.Token, "<token>")
	text = regexp.MustCompile(`\b[0-9a-f]{32}\b`).ReplaceAllString(text, "<id>")
	text = regexp.MustCompile(`\b20\d\d-\d\d-\d\dT[0-9:.]+Z`).ReplaceAllString(text, "<time>")
	text = regexp.MustCompile(`[\w.+-]+@[\w-]+\.[\w.-]+`).ReplaceAllString(text, "<address>")
	return strings.ReplaceAll(text, s.Zone, ZoneName)
}

// Differences are where a fake's answer is not as the recorded one, both without names: status, codes and words of
// errors, keys, kinds of values, and the values that a client sent.
func Differences(recorded, fake Step) []string {
	var out []string
	if recorded.Status != fake.Status {
		out = append(out, fmt.Sprintf("status %d, recorded %d", fake.Status, recorded.Status))
	}
	var want, got any
	if err := json.Unmarshal(recorded.Answer, &want); err != nil {
		return append(out, "recorded: "+err.Error())
	}
	if err := json.Unmarshal(fake.Answer, &got); err != nil {
		return append(out, "not JSON: "+string(bytes.TrimSpace(fake.Answer)))
	}
	return append(out, differ("", want, got)...)
}

func differ(at string, want, got any) []string {
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s: %v, recorded an object", at, got)}
		}
		return differKeys(at, want, object)
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return []string{fmt.Sprintf("%s: %v, recorded %d elements", at, got, len(want))}
		}
		var out []string
		for i := range want {
			out = append(out, differ(at, want[i], list[i])...)
		}
		return out
	}
	if want != got && !free(at) {
		return []string{fmt.Sprintf("%s: %v, recorded %v", at, got, want)}
	}
	return nil
}

func differKeys(at string, want, got map[string]any) []string {
	var out []string
	for key := range got {
		if _, ok := want[key]; !ok {
			out = append(out, at+"."+key+": not recorded")
		}
	}
	for key, value := range want {
		if _, ok := got[key]; !ok {
			out = append(out, at+"."+key+": missing")
			continue
		}
		out = append(out, differ(at+"."+key, value, got[key])...)
	}
	slices.Sort(out)
	return out
}

// free values belong to an account and a plan.
func free(at string) bool {
	for _, part := range []string{".account", ".owner", ".tenant", ".plan", ".meta", ".permissions", "_name_servers"} {
		if strings.Contains(at, part) {
			return true
		}
	}
	return false
}
