package diagnose

import (
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// ExtensionsOf lists the objects of a kind that another project brings.
func (x *Index) ExtensionsOf(kind string) []*facts.Extension { return x.extensions[kind] }

// Extension finds one of them; nil for none.
func (x *Index) Extension(kind, namespace, name string) *facts.Extension {
	for _, e := range x.extensions[kind] {
		if e.Namespace == namespace && e.Name == name {
			return e
		}
	}
	return nil
}

// NotReady is what the condition Ready of an object says, and whether it says that the object is not ready.
func NotReady(e *facts.Extension) (Evidence, bool) {
	conditions, _ := e.Status["conditions"].([]any)
	for _, entry := range conditions {
		c, _ := entry.(map[string]any)
		text := func(key string) string { s, _ := c[key].(string); return s }
		if text("type") == "Ready" && text("status") != "True" {
			return Fact(e.String(), "Ready=%s %s: %s", text("status"), text("reason"), text("message")), true
		}
	}
	return Evidence{}, false
}

// Field is a text within the spec of an object, "" for none.
func Field(e *facts.Extension, path ...string) string {
	at := e.Spec
	for _, name := range path[:len(path)-1] {
		at, _ = at[name].(map[string]any)
	}
	text, _ := at[path[len(path)-1]].(string)
	return text
}
