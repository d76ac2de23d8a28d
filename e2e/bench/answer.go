package bench

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// AnswerVersion is the version of the format of answers.
const AnswerVersion = "edgeproof/v1alpha1"

// Answer is what is right about one route of a snapshot. It names no tool: codes are the only part that is
// edgeproof's own, and another vocabulary is listed beside them.
type Answer struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// Story is one sentence: what is broken in the real world, and what people see.
	Story string `json:"story" jsonschema:"minLength=1"`
	// Source is where the case was reported, such as OWNER/REPOSITORY#NUMBER.
	Source string `json:"source,omitempty"`
	// Host is the name that people use.
	Host string `json:"host" jsonschema:"minLength=1"`
	// Ingress is NAMESPACE/NAME of the object that serves the host, where several do.
	Ingress string `json:"ingress,omitempty"`
	// Healthy says that nothing is wrong, whatever it looks like.
	Healthy bool `json:"healthy,omitempty"`
	// Causes explain the failure, the root cause first.
	Causes []Expected `json:"causes,omitempty"`
	// Notes must be reported without being a cause: what the route waits for, and what only looks broken.
	Notes []Expected `json:"notes,omitempty"`
	// Clear are the layers that must not be blamed.
	Clear []diagnose.Layer `json:"clear,omitempty"`
}

// Expected is one finding that a right diagnosis has.
type Expected struct {
	Layer diagnose.Layer `json:"layer"`
	// Codes are the words for it, any of which is right; without codes the other fields decide.
	Codes []diagnose.Code `json:"codes,omitempty"`
	// Object is a part of the name of the object that must be changed.
	Object string `json:"object,omitempty"`
	// Mentions are words that must stand in summary, evidence or remedy.
	Mentions []string `json:"mentions,omitempty"`
}

// ParseAnswer reads an answer and refuses one that is not whole.
func ParseAnswer(raw []byte) (Answer, error) {
	var a Answer
	if err := yaml.UnmarshalStrict(raw, &a); err != nil {
		return a, err
	}
	return a, a.check()
}

func (a Answer) check() error {
	var errs []error
	refuse := func(when bool, format string, args ...any) {
		if when {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	refuse(a.APIVersion != AnswerVersion || a.Kind != "Answer", "apiVersion %q, kind %q: write %s and Answer",
		a.APIVersion, a.Kind, AnswerVersion)
	refuse(a.Story == "", "story: write one sentence that says what is broken")
	refuse(a.Host == "", "host: name the host that is explained")
	refuse(a.Ingress != "" && strings.Count(a.Ingress, "/") != 1, "ingress %q: write NAMESPACE/NAME", a.Ingress)
	refuse(a.Healthy && len(a.Causes) > 0, "healthy: a healthy route has no causes")
	refuse(!a.Healthy && len(a.Causes)+len(a.Notes) == 0, "causes: name one, or a note that says what the route waits "+
		"for, or write healthy: true")
	for _, e := range slices.Concat(a.Causes, a.Notes) {
		refuse(!slices.Contains(diagnose.Layers(), e.Layer), "layer %q: use one of %v", e.Layer, diagnose.Layers())
		refuse(len(e.Codes) == 0 && e.Object == "" && len(e.Mentions) == 0,
			"layer %s: give codes, object or mentions: the layer alone is no answer", e.Layer)
	}
	for _, l := range a.Clear {
		refuse(!slices.Contains(diagnose.Layers(), l), "clear: layer %q: use one of %v", l, diagnose.Layers())
	}
	return errors.Join(errs...)
}

// layer is the one that the case counts for: that of the root cause.
func (a Answer) layer() string {
	for _, e := range slices.Concat(a.Causes, a.Notes) {
		if !a.Healthy {
			return string(e.Layer)
		}
	}
	return healthyRow
}

// String says in a line what is expected.
func (a Answer) String() string {
	if a.Healthy {
		return "healthy"
	}
	var words []string
	for _, e := range slices.Concat(a.Causes, a.Notes) {
		words = append(words, e.String())
	}
	return strings.Join(words, ", ")
}

func (e Expected) String() string {
	out := string(e.Layer)
	if len(e.Codes) > 0 {
		out += " " + string(e.Codes[0])
	}
	if e.Object != "" {
		out += " @ " + e.Object
	}
	if len(e.Codes) == 0 && len(e.Mentions) > 0 {
		out += " (" + strings.Join(e.Mentions, ", ") + ")"
	}
	return out
}
