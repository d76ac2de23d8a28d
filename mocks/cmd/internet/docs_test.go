package main

import (
	"encoding/pem"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// documented is the control API's address in the pages.
const documented = "127.0.0.1:8081"

// curl is one command of a page.
type curl struct{ method, path, body string }

// curls finds the curl commands of a page that ask the control API. Quotes and line ends are read as a shell does.
func curls(page string) (found []curl) {
	for _, words := range commands(page) {
		if words[0] != "curl" {
			continue
		}
		c := curl{method: http.MethodGet}
		for i, word := range words {
			switch {
			case word == "-X":
				c.method = words[i+1]
			case word == "-d":
				c.body = words[i+1]
			case strings.HasPrefix(word, documented):
				c.path = strings.TrimPrefix(word, documented)
			}
		}
		if c.body != "" && c.method == http.MethodGet {
			c.method = http.MethodPost
		}
		if c.path != "" {
			found = append(found, c)
		}
	}
	return found
}

// commands splits a text into words, line by line, single quotes and comments as in a shell.
func commands(text string) (out [][]string) {
	var words []string
	var word strings.Builder
	begun, quoted, comment := false, false, false
	end := func() {
		if begun {
			words = append(words, word.String())
		}
		word.Reset()
		begun = false
	}
	for _, c := range text + "\n" {
		switch {
		case comment && c != '\n':
		case c == '\'':
			quoted, begun = !quoted, true
		case quoted:
			word.WriteRune(c)
		case c == '#' && !begun:
			comment = true
		case c == '\n':
			end()
			if len(words) > 0 {
				out = append(out, words)
			}
			words, comment = nil, false
		case c == ' ':
			end()
		default:
			word.WriteRune(c)
			begun = true
		}
	}
	return out
}

// run asks the running process, with what a page's RECORD, TOKEN and CSR stand for, and returns the answer.
func (c curl) run(t *testing.T, base string, ids *strings.Replacer) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), c.method, base+
		ids.Replace(c.path), strings.NewReader(ids.Replace(c.body)))
	must(t, err)
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	text, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("curl -X %s %s -d '%s': HTTP %d %s, %v", c.method, c.path, c.body, resp.StatusCode, text, err)
	}
	return text
}

// TestTheOpenAPIsExamples runs every command of the control API's page in the page's order. There is one for
// every route.
func TestTheOpenAPIsExamples(t *testing.T) {
	t.Parallel()
	text, _ := start(t, "--zone", "example.com", "--token", testToken)
	base := printed(t, text, "control ")
	ctl := api.NewClient(base, nil)
	var page struct {
		Info  struct{ Description string }
		Paths map[string]map[string]any
	}
	must(t, yaml.Unmarshal(curl{http.MethodGet, "/v1/openapi.yaml", ""}.run(t, base, strings.NewReplacer()), &page))

	der, _ := request(t, "www.example.com")
	csr := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
	left := map[string]*regexp.Regexp{}
	for path, operations := range page.Paths {
		for method := range operations {
			if method != "parameters" {
				pattern := regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(path, `[^/]+`)
				left[strings.ToUpper(method)+" "+path] = regexp.MustCompile("^" + strings.ToUpper(method) + " " + pattern +
					`(\?.*)?$`)
			}
		}
	}
	for _, c := range curls(page.Info.Description) {
		ids := []string{"CSR", strings.ReplaceAll(string(csr), "\n", `\n`)}
		ids = append(ids, "ARCHIVE", packed(t, "a.yaml", "a: 1"), "CHART",
			packed(t, "edge/Chart.yaml", "apiVersion: v2\nname: edge\nversion: 1.0.0\n"))
		if strings.Contains(c.path, "RECORD") {
			records, err := ctl.Records(t.Context(), "example.com", api.RecordFilter{Name: "www"})
			must(t, err)
			ids = append(ids, "RECORD", records[0].ID.String())
		}
		tokens, err := ctl.Tokens(t.Context())
		must(t, err)
		for _, k := range tokens {
			if k.Name == "reader" {
				ids = append(ids, "TOKEN", k.ID.String())
			}
		}
		c.run(t, base, strings.NewReplacer(ids...))
		for route, pattern := range left {
			if pattern.MatchString(c.method + " " + c.path) {
				delete(left, route)
			}
		}
	}
	for route := range left {
		t.Errorf("no example for %s", route)
	}
}

// TestTheReadmesCommands runs those that ask the control API.
func TestTheReadmesCommands(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../README.md")
	must(t, err)
	text, _ := start(t, "--zone", "example.com", "--token", testToken)
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	n := 0
	for _, block := range blocks {
		for _, c := range curls(block[1]) {
			c.run(t, printed(t, text, "control "), strings.NewReplacer())
			n++
		}
	}
	if n < 7 {
		t.Errorf("only %d commands were found", n)
	}
}
