// Package fault loads faults, injects them and heals them.
//
// A fault is a folder of fixtures/faults; see the README there for its fields. This package knows actions and how each
// is undone, and no fault by name. Whether a fault is seen is judged elsewhere.
package fault

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/fluxcd/pkg/envsubst"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/criteria"
)

// Fault is one fault.yaml.
type Fault struct {
	ID      string        `json:"id"`
	Pattern criteria.ID   `json:"pattern"`
	Layer   string        `json:"layer"`
	Title   string        `json:"title"`
	Story   string        `json:"story"`
	Alone   bool          `json:"alone,omitempty"`
	Route   string        `json:"route"` // RouteBefore or RouteDuring
	Inject  []Action      `json:"inject"`
	Red     Red           `json:"red"`
	Green   []criteria.ID `json:"green,omitempty"`
	Naive   bool          `json:"naive,omitempty"`
}

// Red maps a criterion that must turn red to a text that its reason must contain.
type Red map[criteria.ID]string

// IDs lists the criteria in order.
func (r Red) IDs() []criteria.ID {
	ids := make([]criteria.ID, 0, len(r))
	for id := range r {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// When a fault's route is asked for.
const (
	RouteBefore = "before" // a healthy route is broken
	RouteDuring = "during" // the route is asked for while the fault is in
)

// Action is one step of an injection; exactly one field is set.
type Action struct {
	Delete  *Object  `json:"delete,omitempty"`
	Patch   *Patch   `json:"patch,omitempty"`
	Restart *Restart `json:"restart,omitempty"`
	Record  *Record  `json:"record,omitempty"`
}

// Object names a Kubernetes object.
type Object struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace,omitempty"`
	Name       string `json:"name"`
}

func (o Object) String() string {
	if o.Namespace == "" {
		return o.Kind + " " + o.Name
	}
	return o.Kind + " " + o.Namespace + "/" + o.Name
}

// Patch changes an object by RFC 6902.
type Patch struct {
	Object    `json:",inline"`
	JSONPatch []map[string]any `json:"jsonPatch"`
}

// Restart deletes the pods of a Deployment.
type Restart struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// Record is what is written at the DNS provider; no content deletes it.
type Record struct {
	Zone    string `json:"zone"`
	Name    string `json:"name"`
	Type    string `json:"type"`
	Content string `json:"content,omitempty"`
}

// Load reads every fault below dir, sorted by id. A fault without a story, an expectation or a known criterion is an
// error that names file and field; all errors are told at once.
func Load(dir string) ([]Fault, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*", "*", "fault.yaml"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("load faults: no fault.yaml below %s", dir)
	}
	var (
		faults []Fault
		errs   []error
		seen   = map[string]string{}
	)
	for _, file := range files {
		f, err := read(file)
		if err == nil && seen[f.ID] != "" {
			err = fmt.Errorf("id %s: also in %s", f.ID, seen[f.ID])
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("load fault %s: %w", file, err))
			continue
		}
		seen[f.ID] = file
		faults = append(faults, f)
	}
	sort.Slice(faults, func(a, b int) bool { return faults[a].ID < faults[b].ID })
	return faults, errors.Join(errs...)
}

func read(file string) (Fault, error) {
	raw, err := os.ReadFile(file) // #nosec G304 -- the project's own fixtures
	if err != nil {
		return Fault{}, err
	}
	f, err := Parse(raw)
	if err != nil {
		return Fault{}, err
	}
	if folder := filepath.Base(filepath.Dir(file)); f.ID != folder {
		return Fault{}, fmt.Errorf("id %q: is not the folder's name %q", f.ID, folder)
	}
	if layer := filepath.Base(filepath.Dir(filepath.Dir(file))); f.Layer != layer {
		return Fault{}, fmt.Errorf("layer %q: the folder lies in %q", f.Layer, layer)
	}
	return f, nil
}

// Parse reads one fault.yaml and checks it.
func Parse(raw []byte) (Fault, error) {
	var f Fault
	if err := yaml.UnmarshalStrict(raw, &f); err != nil {
		return Fault{}, fmt.Errorf("parse fault: %w", err)
	}
	return f, f.validate()
}

// dnsLabel is RFC 1123's: an id is a namespace and the first label of a host.
const dnsLabel = `^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`

func (f Fault) validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	check(regexp.MustCompile(dnsLabel).MatchString(f.ID), "id %q: give a DNS label", f.ID)
	check(slices.Contains([]string{"shared-credential", "routing", "dns", "certificate"}, f.Layer),
		"layer %q: give shared-credential, routing, dns or certificate", f.Layer)
	check(f.Title != "", "title: missing")
	check(len(f.Story) > 20 && strings.HasSuffix(f.Story, "."), "story: give one sentence on what is broken in the real world")
	check(f.Route == RouteBefore || f.Route == RouteDuring, "route %q: give before or during", f.Route)
	check(len(f.Inject) > 0, "inject: no action, so nothing would be broken")
	for n, action := range f.Inject {
		check(action.set() == 1, "inject[%d]: give exactly one of delete, patch, restart and record", n)
	}
	check(len(f.Red) > 0, "red: no criterion, so nothing would be proved")
	for _, id := range append(f.Red.IDs(), append(slices.Clone(f.Green), f.Pattern)...) {
		_, known := criteria.Lookup(id)
		check(known, "criterion %q: unknown", id)
	}
	for _, id := range f.Green {
		_, both := f.Red[id]
		check(!both, "green: %s is also red", id)
	}
	for id, text := range f.Red {
		check(text != "", "red.%s: give a text that the reason must contain", id)
	}
	return errors.Join(errs...)
}

func (a Action) set() int {
	n := 0
	for _, there := range []bool{a.Delete != nil, a.Patch != nil, a.Restart != nil, a.Record != nil} {
		if there {
			n++
		}
	}
	return n
}

// Fill returns the fault with ${…} replaced in its actions and texts. A name that is not given is an error.
func (f Fault) Fill(variables map[string]string) (Fault, error) {
	raw, err := json.Marshal(f) // JSON: in YAML a value like n or 1e3 would change its type
	if err != nil {
		return Fault{}, fmt.Errorf("fill fault %s: %w", f.ID, err)
	}
	filled, err := envsubst.Eval(string(raw), func(name string) (string, bool) {
		value, ok := variables[name]
		return value, ok
	})
	if err != nil {
		return Fault{}, fmt.Errorf("fill fault %s: %w", f.ID, err)
	}
	var out Fault
	if err := json.Unmarshal([]byte(filled), &out); err != nil {
		return Fault{}, fmt.Errorf("fill fault %s: %w", f.ID, err)
	}
	return out, nil
}
