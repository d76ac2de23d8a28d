// Package kubernetes holds what the suite knows of each minor of Kubernetes that it runs on: the version that
// is built where no registry answers, kind's image where one does, and what must be switched on because the
// minor does not serve it by default. It is the one place that names versions, and knows nothing of clusters.
package kubernetes

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/version"
)

// Minor is a minor of Kubernetes.
type Minor struct {
	// Version is that of the Go modules from which a node image is built, "v1.37.2".
	Version string
	// NodeImage is the image of the release of kind that go.mod names, by digest
	// (https://github.com/kubernetes-sigs/kind/releases/tag/v0.33.0).
	NodeImage string
	// Admission is the version in which admissionregistration.k8s.io serves MutatingAdmissionPolicy, by which pods
	// get to trust the fake internet.
	Admission string
	// FeatureGates and RuntimeConfig switch on what that needs and the minor does not serve by default. Nothing
	// else is changed.
	FeatureGates  map[string]bool
	RuntimeConfig map[string]string
}

// Minors are those that the suite runs on, the newest first; the first is the default.
//
// MutatingAdmissionPolicy is v1 and on from 1.36, and v1beta1 and off in 1.34 and 1.35 (KEP-3962).
func Minors() []Minor {
	const beta = "v1beta1"
	gates := func() map[string]bool { return map[string]bool{"MutatingAdmissionPolicy": true} }
	runtime := func() map[string]string { return map[string]string{"admissionregistration.k8s.io/" + beta: "true"} }
	return []Minor{
		{
			Version: "v1.37.2", NodeImage: "kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5",
			Admission: "v1",
		},
		{
			Version: "v1.36.3", NodeImage: "kindest/node:v1.36.4@sha256:099e049362a1526b2db71494e1947aae99bd16290d7c895f2b7ea312e3cbfaed",
			Admission: "v1",
		},
		{
			Version: "v1.35.4", NodeImage: "kindest/node:v1.35.8@sha256:07b2536e30b803ed61d1677a79df6115f798ce64c80f9e22f6ed45afd09323c0",
			Admission: beta, FeatureGates: gates(), RuntimeConfig: runtime(),
		},
		{
			Version: "v1.34.4", NodeImage: "kindest/node:v1.34.11@sha256:44e222ee2132dab25ff87301682f89eb82c7880ea3a1bf543bfe9708fd08d67d",
			Admission: beta, FeatureGates: gates(), RuntimeConfig: runtime(),
		},
	}
}

// Default is the minor of a run that names none.
func Default() Minor { return Minors()[0] }

// Name is "1.37".
func (m Minor) Name() string {
	v := version.MustParseGeneric(m.Version)
	return fmt.Sprintf("%d.%d", v.Major(), v.Minor())
}

// Switches names what is switched on, for the verdict: "MutatingAdmissionPolicy=true".
func (m Minor) Switches() []string {
	var out []string
	for _, gate := range slices.Sorted(maps.Keys(m.FeatureGates)) {
		out = append(out, fmt.Sprintf("%s=%t", gate, m.FeatureGates[gate]))
	}
	for _, api := range slices.Sorted(maps.Keys(m.RuntimeConfig)) {
		out = append(out, api+"="+m.RuntimeConfig[api])
	}
	return out
}

// Named gives the minor that a user names: "1.35", "v1.35", or a version of it; empty is the default.
func Named(name string) (Minor, error) {
	if name == "" {
		return Default(), nil
	}
	if m, ok := find(name); ok {
		return m, nil
	}
	return Minor{}, fmt.Errorf("%q is no Kubernetes that the suite runs on; give %s", name, Names())
}

// Of gives the minor of a version that a node has. One that is newer than all is treated as the newest: what is
// on by default stays on.
func Of(node string) (Minor, error) {
	v, err := version.ParseGeneric(node)
	if err != nil {
		return Minor{}, fmt.Errorf("read the Kubernetes version %q of the node image: %w", node, err)
	}
	if m, ok := find(node); ok {
		return m, nil
	}
	if v.AtLeast(version.MustParseGeneric(Default().Version)) {
		return Default(), nil
	}
	return Minor{}, fmt.Errorf("node image has Kubernetes %s, which the suite does not run on; give a node image of %s, "+
		"or a newer one", node, Names())
}

func find(name string) (Minor, bool) {
	v, err := version.ParseGeneric(name)
	if err != nil {
		return Minor{}, false
	}
	for _, m := range Minors() {
		own := version.MustParseGeneric(m.Version)
		if v.Major() == own.Major() && v.Minor() == own.Minor() {
			return m, true
		}
	}
	return Minor{}, false
}

// Names lists the minors, the newest first.
func Names() string {
	var out []string
	for _, m := range Minors() {
		out = append(out, m.Name())
	}
	return strings.Join(out, ", ")
}
