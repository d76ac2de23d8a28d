package control

import (
	"encoding"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/mocks/dns"
	"github.com/edgeproof/edgeproof/mocks/faultinjection"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
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

// TestOpenAPIRoutes holds the file against the server: the same routes, no more and no fewer.
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
	for pattern := range s.files() {
		served = append(served, pattern)
	}
	sort.Strings(documented)
	sort.Strings(served)
	if diff := cmp.Diff(served, documented); diff != "" {
		t.Errorf("routes (-server +file):\n%s", diff)
	}
}

// TestOpenAPISchemas holds each schema against the Go type that is sent.
func TestOpenAPISchemas(t *testing.T) {
	t.Parallel()
	types := map[string]any{
		"Error": Error{}, "Status": Status{}, "Roots": Roots{}, "ZoneDraft": ZoneDraft{}, "ZonePatch": ZonePatch{}, "Zone": zone.Zone{},
		"RecordDraft": RecordDraft{}, "Record": zone.Record{}, "TokenDraft": TokenDraft{}, "TokenPatch": TokenPatch{}, "Token": zone.Token{},
		"NewToken": NewToken{}, "Question": Question{}, "Asked": Asked{}, "Told": Told{}, "Reply": Reply{}, "ResourceRecord": Record{}, "Unknown": Unknown{}, "UnknownName": dns.UnknownName{},
		"Delay": Delay{}, "Validity": Validity{}, "Profiles": Profiles{}, "CertificateDraft": CertificateDraft{}, "Signed": Signed{}, "Request": probe.Request{}, "Report": probe.Report{}, "Resolution": probe.Resolution{},
		"Connection": probe.Connection{}, "Handshake": probe.Handshake{}, "Answer": probe.Answer{}, "Rule": faultinjection.Rule{}, "State": faultinjection.State{},
		"HTTPMatch": faultinjection.HTTPMatch{}, "DNSMatch": faultinjection.DNSMatch{}, "Effect": faultinjection.Effect{}, "Cleared": Cleared{}, "Entries": Entries{},
		"TokenValue": TokenValue{}, "User": zone.User{}, "UserDraft": UserDraft{}, "Limit": Limit{}, "Entry": journal.Entry{}, "Counters": Counters{},
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
	for name := range schemas {
		if types[name] == nil {
			t.Errorf("%s: no type is held against this schema", name)
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
