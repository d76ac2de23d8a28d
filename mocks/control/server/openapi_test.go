package server

import (
	"encoding"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

type document struct {
	Paths      map[string]map[string]any `json:"paths"`
	Components struct {
		Schemas map[string]struct {
			Properties map[string]property `json:"properties"`
		} `json:"schemas"`
	} `json:"components"`
}

// property is one of a schema.
type property struct {
	Type string `json:"type"`
	Enum []any  `json:"enum"`
	Ref  string `json:"$ref"`
}

// kind is what JSON has of it.
func (p property) kind() string {
	switch {
	case p.Type == "integer":
		return "number"
	case p.Type != "":
		return p.Type
	case len(p.Enum) > 0:
		return "string"
	}
	return "object"
}

func read(t *testing.T) document {
	t.Helper()
	var d document
	if err := yaml.Unmarshal(openapi, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestOpenAPIRoutes compares the file with the server: the same routes, no more and no fewer. The file is
// written for people, with a call of every route, and not generated: a generator would write a client and a
// server that are shorter here, and this test and the next one find every field and route that is in one of the
// two only.
func TestOpenAPIRoutes(t *testing.T) {
	t.Parallel()
	var documented, served []string
	for path, operations := range read(t).Paths {
		for method := range operations {
			if method != "parameters" {
				documented = append(documented, strings.ToUpper(method)+" "+path)
			}
		}
	}
	s := &server{}
	for pattern := range s.routes() {
		served = append(served, pattern)
	}
	for pattern := range s.uploads() {
		served = append(served, pattern)
	}
	for pattern := range s.files() {
		served = append(served, pattern)
	}
	sort.Strings(documented)
	sort.Strings(served)
	if diff := cmp.Diff(served, documented); diff != "" {
		t.Errorf("routes (-server +file):\n%s", diff)
	}
}

// TestOpenAPISchemas compares each schema with the Go type that is sent.
func TestOpenAPISchemas(t *testing.T) {
	t.Parallel()
	types := map[string]any{
		"Error": api.Error{}, "Status": api.Status{}, "Roots": api.Roots{}, "ZoneDraft": api.ZoneDraft{},
		"ZonePatch": api.ZonePatch{}, "Zone": api.Zone{},
		"RecordDraft": api.RecordDraft{}, "Record": api.Record{}, "TokenDraft": api.TokenDraft{},
		"TokenPatch": api.TokenPatch{}, "Token": api.Token{},
		"NewToken": api.NewToken{}, "Question": api.Question{}, "BatchRequest": api.BatchRequest{},
		"BatchResponse": api.BatchResponse{}, "Reply": api.Reply{}, "ResourceRecord": api.ResourceRecord{},
		"Unknown": api.Unknown{}, "UnknownName": api.UnknownName{},
		"Delay": api.Delay{}, "Validity": api.Validity{}, "Profiles": api.Profiles{},
		"CertificateDraft": api.CertificateDraft{}, "Signed": api.Signed{},
		"GitCommit": api.GitCommit{}, "GitAccess": api.GitAccess{}, "GitSSH": api.GitSSH{}, "Published": api.Published{},
		"FaultRule": api.FaultRule{}, "FaultState": api.FaultState{},
		"HTTPMatch": api.HTTPMatch{}, "DNSMatch": api.DNSMatch{}, "Effect": api.Effect{}, "Cleared": api.Cleared{},
		"JournalPage": api.JournalPage{},
		"TokenValue":  api.TokenValue{}, "User": api.User{}, "UserDraft": api.UserDraft{}, "Limit": api.Limit{},
		"JournalEntry": api.JournalEntry{}, "Counters": api.Counters{},
	}
	schemas := read(t).Components.Schemas
	for name, value := range types {
		documented := map[string]string{}
		for name, p := range schemas[name].Properties {
			documented[name] = p.kind()
		}
		sent := map[string]string{}
		fields(reflect.TypeOf(value), sent)
		if diff := cmp.Diff(sent, documented); diff != "" {
			t.Errorf("%s (-type +file):\n%s", name, diff)
		}
	}
	external := []string{"Request", "Report", "Resolution", "Connection", "Handshake", "Answer"} // see mocks/cmd/internet
	for name := range schemas {
		if types[name] == nil && !slices.Contains(external, name) {
			t.Errorf("%s: no type is compared with this schema", name)
		}
	}
}

// fields are a type's JSON names, each with what JSON has there.
func fields(t reflect.Type, into map[string]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		switch name, _, _ := strings.Cut(f.Tag.Get("json"), ","); {
		case f.Anonymous:
			fields(f.Type, into)
		case f.IsExported() && name != "":
			into[name] = kindOf(f.Type)
		}
	}
}

func kindOf(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return "string"
	}
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Slice:
		return "array"
	case reflect.Struct, reflect.Map:
		return "object"
	}
	return "number"
}

func TestOpenAPIIsServed(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	New(Internet{}).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/openapi.yaml", nil))
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), "openapi: 3.1.0") {
		t.Errorf("%d %.40s", w.Code, w.Body)
	}
}
