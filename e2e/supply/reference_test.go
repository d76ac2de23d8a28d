package supply

import "testing"

func TestParseReference(t *testing.T) {
	t.Parallel()
	digest := "sha256:" + digestOf("x")
	for in, want := range map[string]reference{
		"traefik:v3.6.12": {
			name:       "docker.io/library/traefik:v3.6.12",
			repository: "docker.io/library/traefik", registry: "docker.io", tag: "v3.6.12",
		},
		"docker.io/traefik:v3.6.12": {
			name:       "docker.io/library/traefik:v3.6.12",
			repository: "docker.io/library/traefik", registry: "docker.io", tag: "v3.6.12",
		},
		"quay.io/jetstack/controller:v1.2": {
			name:       "quay.io/jetstack/controller:v1.2",
			repository: "quay.io/jetstack/controller", registry: "quay.io", tag: "v1.2",
		},
		"localhost:5000/a/b": {
			name: "localhost:5000/a/b:latest", repository: "localhost:5000/a/b",
			registry: "localhost:5000", tag: "latest",
		},
		"quay.io/a/b:v1@" + digest: {
			name: "quay.io/a/b:v1", repository: "quay.io/a/b", registry: "quay.io",
			tag: "v1", digest: digest,
		},
		"quay.io/a/b@" + digest: {name: "quay.io/a/b@" +
			digest, repository: "quay.io/a/b", registry: "quay.io", digest: digest},
	} {
		got, err := parseReference(in)
		if err != nil || got != want {
			t.Errorf("parseReference(%q) = %+v, %v; want %+v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "UPPER/case:v1", "a b", "quay.io/a@sha256:short"} {
		if got, err := parseReference(in); err == nil {
			t.Errorf("parseReference(%q) = %+v, want an error", in, got)
		}
	}
}

func TestVersionOfATag(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"v3.6.12": "v3.6.12", "3.7.0-0": "v3.7.0", "1.2.3": "v1.2.3", "latest": "",
		"v3.6": "",
	} {
		got, err := reference{tag: tag}.version()
		if got != want || (err == nil) != (want != "") {
			t.Errorf("version of tag %q = %q, %v; want %q", tag, got, err, want)
		}
	}
}

func FuzzParseReference(f *testing.F) {
	for _, seed := range []string{"traefik", "docker.io/traefik:v3", "a/b@sha256:00", "::", "@"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		r, err := parseReference(in)
		if err == nil && (r.repository == "" || r.name == "" || (r.tag == "" && r.digest == "")) {
			t.Errorf("parseReference(%q) = %+v: a part is missing", in, r)
		}
	})
}
