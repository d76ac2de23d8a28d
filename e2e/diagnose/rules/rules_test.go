package rules_test

import (
	"slices"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
)

// The chain is that of the layers, its rules can be ordered, and each code belongs to one layer and is
// documented once, in full.
func TestChain(t *testing.T) {
	t.Parallel()
	if err := diagnose.Check(rules.Chain()...); err != nil {
		t.Fatal(err)
	}
	layerOf := map[diagnose.Code]diagnose.Layer{}
	layers := slices.Clone(diagnose.Layers())
	for i, section := range rules.Chain() {
		if want := append(layers[1:], diagnose.Delivery)[i]; section.Layer != want { // delivery is looked at last
			t.Errorf("section %d is of layer %s, not %s", i, section.Layer, want)
		}
		for _, r := range section.Rules {
			first := layerOf[r.Code] == ""
			if full := r.Meaning != "" && r.Evidence != "" && r.Remedy != ""; full != first || !full && r.Meaning+r.Evidence+
				r.Remedy != "" {
				t.Errorf("%s: the first rule of a code documents it in full, and no other rule does", r.Code)
			}
			if !first && layerOf[r.Code] != section.Layer {
				t.Errorf("%s is found in layers %s and %s", r.Code, layerOf[r.Code], section.Layer)
			}
			layerOf[r.Code] = section.Layer
			if r.Find == nil {
				t.Errorf("%s: has no Find", r.Code)
			}
			for _, l := range r.Blocks {
				if l == section.Layer {
					t.Errorf("%s: blocks its own layer", r.Code)
				}
			}
		}
	}
}
