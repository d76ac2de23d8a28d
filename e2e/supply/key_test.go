package supply

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	s := supplier(t, Build, "")
	key := func(change func(*plan), refs ...string) string {
		t.Helper()
		p, err := planFor(t, s, refs...)
		if err != nil {
			t.Fatal(err)
		}
		change(p)
		hasher, err := s.newHasher(context.Background(), p.recipes)
		if err != nil {
			t.Fatal(err)
		}
		k, err := hasher.item(context.Background(), &p.images[0])
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	same := func(*plan) {}
	traefik := key(same, "traefik:v3.6.12")
	if again := key(same, "docker.io/library/traefik:v3.6.12"); again != traefik {
		t.Error("the same image under its full name has another key: it would be built twice")
	}
	for what, other := range map[string]string{
		"another version":    key(same, "traefik:v3.6.13"),
		"another entrypoint": key(func(p *plan) { p.images[0].image.Entrypoint = []string{"/other"} }, "traefik:v3.6.12"),
		"another tag":        key(func(p *plan) { p.recipes.Sources["traefik"].Tags = []string{"x"} }, "traefik:v3.6.12"),
		"another stand-in": key(func(p *plan) {
			p.recipes.Sources["traefik"].Replace = map[string]string{"example.org/a": "./cert-manager"}
		}, "traefik:v3.6.12"),
		"another source": key(same, "edgeproof.dev/frontend:dev"),
	} {
		if other == traefik {
			t.Errorf("%s has the same key: it would be taken for built", what)
		}
	}
}

func TestDigestOfKeepsPartsApart(t *testing.T) {
	t.Parallel()
	if digestOf("ab", "c") == digestOf("a", "bc") {
		t.Error("two lists of parts run together")
	}
}

func TestALayerIsTheSameBytesEveryTime(t *testing.T) {
	t.Parallel()
	write := func() string {
		var out bytes.Buffer
		l := layer{"/b/c": {mode: 0o755, content: []byte("c")}, "/a": {link: "/b/c"}, "/b/a": {mode: 0o644}}
		if err := l.writeTo(&out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	first := write()
	for range 10 {
		if write() != first {
			t.Fatal("two writes of one layer differ: no key could be trusted")
		}
	}
	if err := (layer{"/x": {from: "/does/not/exist"}}).writeTo(&bytes.Buffer{}); err == nil {
		t.Error("a missing file is no error")
	}
}

// inspecting is an engine that knows the id of one image.
type inspecting struct {
	id  string
	err error
}

func (i *inspecting) Output(_ context.Context, args ...string) ([]byte, error) {
	if strings.Join(args[:2], " ") != "image inspect" {
		return nil, errors.New("unexpected call: " + strings.Join(args, " "))
	}
	return []byte(i.id + "\n"), i.err
}

func TestAFinishedNodeImageIsKnownByItsNote(t *testing.T) {
	t.Parallel()
	key := digestOf("k")
	noted := []Provided{{Reference: "a:v1", Digest: "sha256:1", Origin: "built"}}
	for name, c := range map[string]struct {
		then inspecting
		torn bool
		key  string
		want bool
	}{
		"whole":           {inspecting{id: "sha256:x"}, false, key, true},
		"another image":   {inspecting{id: "sha256:y"}, false, key, false},
		"another key":     {inspecting{id: "sha256:x"}, false, digestOf("other"), false},
		"image not there": {inspecting{err: errors.New("no such image")}, false, key, false},
		"torn note":       {inspecting{id: "sha256:x"}, true, key, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			engine := &inspecting{id: "sha256:x"}
			s := &Supplier{Engine: engine, Cache: t.TempDir()}
			if err := s.note(context.Background(), "edgeproof.dev/node:k", key, noted); err != nil {
				t.Fatal(err)
			}
			*engine = c.then
			if c.torn {
				put(t, s.noteFile(key), `{"id":"sha256:x","ima`)
			}
			images, ok := s.finished(context.Background(), "edgeproof.dev/node:k", c.key)
			if ok != c.want || (ok && images[0].Reference != "a:v1") {
				t.Errorf("finished = %+v, %t; want %t", images, ok, c.want)
			}
		})
	}
}

func TestWhatContainerdDoesNotListWasNotImported(t *testing.T) {
	t.Parallel()
	archives := []archive{
		{Provided: Provided{Imported: "a:v1"}},
		{Provided: Provided{Imported: "b:v1", Pinned: "b@sha256:1"}},
	}
	if err := allImported("a:v1\nb:v1\nb@sha256:1\n", archives); err != nil {
		t.Error(err)
	}
	for listed, want := range map[string]string{"a:v1\n": "b:v1", "a:v1 b:v1": "b@sha256:1"} {
		if err := allImported(listed, archives); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("allImported(%q) = %v, want an error that names %s", listed, err, want)
		}
	}
}

// listing is an engine in which a node made from a baked image runs beside what a killed run left.
type listing struct{ removed *[]string }

func (l listing) Output(_ context.Context, args ...string) ([]byte, error) {
	switch args[0] {
	case "ps":
		return []byte("edgeproof-control-plane\n" + bakeName + "0123\nother\n"), nil
	case "rm":
		*l.removed = append(*l.removed, args[len(args)-1])
	}
	return nil, nil
}

// TestLeftoversAreFoundByName: an image inherits the labels of the container that it was committed from, so a label
// would find the nodes of live clusters too.
func TestLeftoversAreFoundByName(t *testing.T) {
	t.Parallel()
	var removed []string
	s := &Supplier{Engine: listing{&removed}}
	if err := s.removeLeftovers(context.Background()); err != nil {
		t.Fatal(err)
	}
	if strings.Join(removed, " ") != bakeName+"0123" {
		t.Errorf("removed %v, want only what the killed run left", removed)
	}
}
