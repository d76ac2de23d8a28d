package fault

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// Load reads every fault in a folder like fixtures/faults, sorted by id. A fault without a story, an
// expectation or a known criterion is an error that names file and field; all errors are returned at once.
func Load(dir fs.FS) ([]Fault, error) {
	files, err := fs.Glob(dir, "*/*/fault.yaml")
	if err != nil || len(files) == 0 {
		return nil, errors.New("load faults: the folder has no LAYER/ID/fault.yaml")
	}
	var (
		faults []Fault
		errs   []error
		seen   = map[string]string{}
	)
	for _, file := range files {
		f, err := read(dir, file)
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

func read(dir fs.FS, file string) (Fault, error) {
	raw, err := fs.ReadFile(dir, file)
	if err != nil {
		return Fault{}, err
	}
	f, err := Parse(raw)
	if err != nil {
		return Fault{}, err
	}
	if folder := path.Base(path.Dir(file)); f.ID != folder {
		return Fault{}, fmt.Errorf("id %q: is not the folder's name %q", f.ID, folder)
	}
	if layer := path.Base(path.Dir(path.Dir(file))); string(f.Layer) != layer {
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
	var p problems
	f.validate(&p)
	return f, errors.Join(p...)
}

// problems are what is wrong with a fault; each names its field first.
type problems []error

func (p *problems) that(ok bool, format string, args ...any) {
	if !ok {
		*p = append(*p, fmt.Errorf(format, args...))
	}
}

func (p *problems) layer(l diagnose.Layer, format string, args ...any) {
	p.that(slices.Contains(diagnose.Layers(), l), "%s %q: give one of %v", fmt.Sprintf(format, args...), l,
		diagnose.Layers())
}

// dnsLabel is RFC 1123's: an id is a part of a namespace's name and the first label of a host.
const dnsLabel = `^[a-z0-9]([a-z0-9-]{0,54}[a-z0-9])?$`

func (f Fault) validate(p *problems) {
	p.that(regexp.MustCompile(dnsLabel).MatchString(f.ID), "id %q: give a DNS label of at most 56 characters", f.ID)
	p.layer(f.Layer, "layer")
	p.that(f.Title != "", "title: missing")
	p.that(len(f.Story) > 20 && strings.HasSuffix(f.Story, "."), "story: give one sentence on what is broken in the "+
		"real world")
	p.that(f.Route == RouteBefore || f.Route == RouteDuring, "route %q: give before or during", f.Route)
	p.that(f.Application == "" || f.Application == Own, "application %q: give own, or leave it out", f.Application)
	p.that(slices.Contains([]Delivered{"", ByKustomization, ByRelease}, f.Delivered),
		"delivered %q: give kustomization or release, or leave it out", f.Delivered)
	p.that(f.Delivered == "" || f.Route == RouteBefore && !f.Alone,
		"delivered: such a fault has a route of its own, before")
	p.that(f.After == "" || f.After == Sync, "after %q: give sync, or leave it out", f.After)
	p.that(slices.Contains([]Within{AtOnce, NextSync, NextIssuance}, f.Within),
		"within %q: give at-once, sync or issuance", f.Within)
	p.that(f.Watch == nil || *f.Watch != Watch{}, "watch: give host, namespace or ingress")
	p.that(len(f.Inject) > 0, "inject: no action, so nothing would be broken")
	for n, action := range f.Inject {
		steps := action.steps()
		if p.that(len(steps) == 1, "inject[%d]: give exactly one action", n); len(steps) != 1 {
			continue
		}
		if err := steps[0].check(); err != nil {
			p.that(false, "inject[%d].%w", n, err)
		}
		p.that(f.Application == Own || !action.breaksApplication(), "application: give own, since inject[%d] changes the "+
			"application or its Service", n)
	}
	f.Expect.validate(p)
	p.that(f.Expect.Healthy() || f.Expect.Causes[0].Layer == f.Layer, "layer %q: the root cause lies in another", f.Layer)
	f.criteria(p)
}

func (f Fault) criteria(p *problems) {
	if f.Expect.Healthy() {
		p.that(len(f.Red) == 0, "red: what only looks broken turns nothing red")
		p.that(slices.Contains(f.Green, criteria.Works), "green: what only looks broken must leave %s green", criteria.Works)
	} else {
		p.that(len(f.Red) > 0, "red: no criterion, so nothing would be proved")
	}
	for _, id := range append(f.Red.IDs(), append(slices.Clone(f.Green), f.Pattern)...) {
		_, known := criteria.Lookup(id)
		p.that(known, "criterion %q: unknown", id)
	}
	p.that(f.Pattern.Family() == criteria.FailurePattern, "pattern %q: give one of FP-1 … FP-6", f.Pattern)
	for _, id := range f.Green {
		_, both := f.Red[id]
		p.that(!both, "green: %s is also red", id)
	}
	for id, text := range f.Red {
		p.that(text != "", "red.%s: give a text that the reason must contain", id)
	}
}
