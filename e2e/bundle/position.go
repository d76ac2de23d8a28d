package bundle

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// lines finds the line at which an object stands in its file. It reads each file once.
type lines struct {
	mu    sync.Mutex
	files map[string][]placed
}

// placed is one document of a file as far as its text shows it, since a template is no YAML.
type placed struct {
	line       int
	kind, name string
	text       []byte
}

func newLines() *lines { return &lines{files: map[string][]placed{}} }

// Position returns the file of an object, relative to the bundle's folder, and the line at which its document begins.
// What a chart rendered stands where its release stands. With a text, it is the first line of the document that has
// it.
func (b *Bundle) Position(o Object, text string) (name string, line int) {
	name, rest, _ := strings.Cut(o.Source, ": ")
	if b.lines == nil {
		return name, 0
	}
	path := filepath.Join(b.Path, name)
	if text != "" {
		if at := b.lines.with(path, rest, text); at > 0 {
			return name, at
		}
	}
	return name, b.lines.of(path, rest)
}

// of returns the line of an object ("Kind namespace/name"), or 1 where the file has no such document; 0 where there is
// no file.
func (l *lines) of(path, object string) int {
	documents := l.read(path)
	if len(documents) == 0 {
		return 0
	}
	if d := match(documents, object); d != nil {
		return d.line
	}
	return documents[0].line
}

func (l *lines) with(path, object, text string) int {
	documents := l.read(path)
	if d := match(documents, object); d != nil {
		if before, _, found := bytes.Cut(d.text, []byte(text)); found {
			return d.line + bytes.Count(before, []byte("\n"))
		}
	}
	for _, d := range documents {
		if before, _, found := bytes.Cut(d.text, []byte(text)); found {
			return d.line + bytes.Count(before, []byte("\n"))
		}
	}
	return 0
}

func match(documents []placed, object string) *placed {
	kind, name, _ := strings.Cut(object, " ")
	name = name[strings.LastIndex(name, "/")+1:]
	for _, exact := range []bool{true, false} {
		for i, d := range documents {
			// A prefix, a suffix or a variable may have changed the name since.
			if d.kind == kind && (d.name == name || !exact && d.name != "" &&
				(strings.Contains(name, d.name) || strings.Contains(d.name, "$"))) {
				return &documents[i]
			}
		}
	}
	return nil
}

func (l *lines) read(path string) []placed {
	l.mu.Lock()
	defer l.mu.Unlock()
	if known, ok := l.files[path]; ok {
		return known
	}
	l.files[path] = nil
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil
	}
	content, err := os.ReadFile(path) //nolint:gosec // the scan has let this file through
	if err != nil {
		return nil
	}
	l.files[path] = place(content)
	return l.files[path]
}

// place splits a text at its document markers and picks kind and name out of each part.
func place(content []byte) []placed {
	kind := regexp.MustCompile(`(?m)^["']?kind["']?:\s*["']?([\w.]+)`)
	name := regexp.MustCompile(`(?m)^metadata:\s*(?:\{[^}\n]*?\bname:\s*["']?([^\s"',}]+)|(?:#[^\n]*)?\n(?:[ \t]+[^\n]*\n|[ \t]*\n)*?[ \t]+["']?name["']?:\s*["']?([^\s"'#]+))`)
	var all []placed
	line := 1
	for _, part := range regexp.MustCompile(`(?m)^---`).Split(string(content), -1) {
		skip := len(part) - len(strings.TrimLeft(part, " \t\r\n"))
		d := placed{line: line + strings.Count(part[:skip], "\n"), text: []byte(part[skip:])}
		if found := kind.FindSubmatch(d.text); found != nil {
			d.kind = string(found[1])
		}
		if found := name.FindSubmatch(d.text); found != nil {
			d.name = string(found[1]) + string(found[2])
		}
		if len(d.text) > 0 {
			all = append(all, d)
		}
		line += strings.Count(part, "\n")
	}
	return all
}
