package bundle

import (
	"errors"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/api/provider"
)

// Whatever a file holds, reading it ends, without a panic, in objects or in an error of one line.
func FuzzDocuments(f *testing.F) {
	for _, seed := range []string{
		"", "---\n---\n", "a: 1\n---\nkind: [\n", "kind: A\napiVersion: v1\nmetadata: {name: x}\n", "- 1\n- 2\n", "\xff\xfe",
		"%YAML 1.2\n---\na\n...\n",
		"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "? {a: b}\n: c\n", "metadata: [1]\nkind: 3\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		parts, err := documents(content)
		if err != nil {
			if strings.Contains(because(err, "f", "", "", "c").Error(), "\n") {
				t.Errorf("more than one line: %q", err)
			}
			return
		}
		for _, part := range parts {
			identify(part.object)
			if part.line < 1 {
				t.Errorf("document at line %d", part.line)
			}
		}
	})
}

// Substitution of any text in an object ends in an object or in an *Error, and leaves nothing that was asked
// for unanswered.
func FuzzSubstitute(f *testing.F) {
	for _, seed := range []string{
		"", "${a}", "${a:=x}", "$${a}", "${a", "${#a}", "${a/b/c}", "${a:1:2}", "${a^^}", "${${a}}", "${missing}", "$",
		"${a:=${b}}", "${a:-1:-1}", "\x00${a}", "${a//[/x}",
	} {
		f.Add(seed, "value")
	}
	factory := provider.NewDefaultDepProvider().GetResourceFactory()
	f.Fuzz(func(t *testing.T, text, value string) {
		object := map[string]any{
			"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{
				"name":        "x",
				"annotations": map[string]any{"a": text},
			},
			"data": map[string]any{"text": text},
		}
		from, err := factory.FromMap(object)
		if err != nil {
			t.Skip("Kustomize cannot hold this text")
		}
		refuse := func(name string) (string, error) {
			return "", &Error{Problem: "variable " + name + " has no value", Remedy: "give it"}
		}
		if _, err := substitute(t.Context(), from, map[string]string{"a": value}, refuse); err != nil {
			var known *Error
			if errors.As(err, &known) && known.Remedy == "" {
				t.Errorf("no remedy: %v", err)
			}
			return
		}
		result, err := from.Map()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text, "$") {
			if data, _ := result["data"].(map[string]any); data == nil || data["text"] != text {
				t.Errorf("text without a variable changed: %q to %v", text, result["data"])
			}
		}
	})
}
