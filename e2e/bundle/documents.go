package bundle

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// document is one YAML document of a file.
type document struct {
	line   int // where it begins, from 1
	object map[string]any
}

// documents splits YAML at its document markers and parses each part, leaving out those without content. The error
// names the document and the line at which it begins.
func documents(data []byte) ([]document, error) {
	var all []document
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(data)))
	line := 1
	for {
		part, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("split documents after line %d: %w", line, err)
		}
		var content any
		if err := yaml.Unmarshal(part, &content); err != nil {
			return nil, fmt.Errorf("document that begins at line %d: %w", line, err)
		}
		switch object := content.(type) {
		case nil:
		case map[string]any:
			all = append(all, document{line, object})
		default:
			return nil, fmt.Errorf("document that begins at line %d: a %T, where an object is expected", line, content)
		}
		line += bytes.Count(part, []byte("\n")) + 1
	}
}

// identify says what a document claims to be, and what keeps it from being a Kubernetes object.
func identify(object map[string]any) (name string, problem string) {
	text := func(from map[string]any, key string) string {
		s, _ := from[key].(string)
		return s
	}
	kind, apiVersion := text(object, "kind"), text(object, "apiVersion")
	metadata, _ := object["metadata"].(map[string]any)
	name = strings.TrimSpace(kind + " " + text(metadata, "name"))
	if ns := text(metadata, "namespace"); ns != "" && kind != "" {
		name = kind + " " + ns + "/" + text(metadata, "name")
	}
	switch {
	case kind == "":
		return name, "no kind"
	case apiVersion == "":
		return name, "no apiVersion"
	case strings.HasSuffix(kind, "List"):
		return name, ""
	case text(metadata, "name") == "" && text(metadata, "generateName") == "":
		return name, "no metadata.name"
	}
	return name, ""
}
