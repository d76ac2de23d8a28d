package bundle

import (
	"encoding/base64"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Sealed is an object that cannot be applied as it is: it is encrypted, and no key is at hand.
type Sealed struct {
	Object

	Stage  string
	Reason string
}

// aside keeps an object that is not applied.
func (l *load) aside(o Object, reason string) {
	l.bundle.Sealed = append(l.bundle.Sealed, Sealed{Object: o, Reason: reason})
	l.notice(Noted, Encrypted, o, reason, "a stand-in takes its place; give values that matter by --var or --vars-from")
}

// generated keeps what a generator would make that is a program, which is never run: ksops and its like decrypt files.
func (l *load) generated(dir, file string, generator map[string]any) {
	files, _, _ := unstructured.NestedStringSlice(generator, "files")
	name, _ := identify(generator)
	if len(files) == 0 {
		l.report(Finding{
			Severity: Doubtful, Rule: EngineObject, File: l.scan.name(file), Object: name,
			Problem: "a plugin of Kustomize that is a program: it is not run",
			Remedy:  "commit what it generates, or leave it out",
		})
	}
	for _, f := range files {
		path := dir + "/" + f
		content, err := l.scan.fs.ReadFile(path)
		if err != nil {
			continue
		}
		parts, _ := documents(content)
		for _, part := range parts {
			if o, err := toObject(part.object); err == nil && o.GetKind() != "" {
				source := l.scan.name(path)
				l.aside(Object{Unstructured: o, Source: source + ": " + describe(o)}, "it is encrypted, and no key is at hand")
			}
		}
	}
}

// sealed reports whether an encrypted object of the bundle is the one that is looked for.
func (l *load) sealed(kind, namespace, name string) bool {
	return slices.ContainsFunc(l.bundle.Sealed, func(s Sealed) bool {
		return s.GetKind() == kind && s.GetName() == name && (s.GetNamespace() == namespace || s.GetNamespace() == "")
	})
}

// encrypted reports whether SOPS has encrypted an object, or a file that a Secret was generated from.
func encrypted(object map[string]any) bool {
	if _, sops := object["sops"]; sops {
		return true
	}
	if object["kind"] != "Secret" {
		return false
	}
	for _, field := range []string{"data", "stringData"} {
		values, _ := object[field].(map[string]any)
		for _, value := range values {
			text, _ := value.(string)
			if field == "data" {
				if plain, err := base64.StdEncoding.DecodeString(text); err == nil {
					text = string(plain)
				}
			}
			if strings.Contains(text, "ENC[AES256_GCM,") {
				return true
			}
		}
	}
	return false
}
