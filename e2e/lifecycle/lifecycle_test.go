package lifecycle_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/e2e/lifecycle"
)

func day(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at
}

func TestNotesOfTheOwnData(t *testing.T) {
	t.Parallel()
	own, err := lifecycle.Own()
	if err != nil {
		t.Fatal(err)
	}
	const certManager, traefik = "quay.io/jetstack/cert-manager-controller:", "docker.io/library/traefik:"
	for name, tc := range map[string]struct {
		now        string
		kubernetes string
		images     []string
		want       []string
	}{
		"the reference bundle": {
			"2026-11-29", "v1.37.2",
			[]string{certManager + "v1.19.3", traefik + "v3.6.12", "registry.k8s.io/external-dns/external-dns:v0.20.0"},
			[]string{
				"eol Traefik 3.6.12: end of life since 2026-08-16",
				"advisory Traefik 3.6.12: GHSA-9cr8-q42q-g8m7 is fixed in 3.6.18 (high: HTTP/3 bypasses client certificates on " +
					"wildcard and mixed-case hosts)",
				"advisory Traefik 3.6.12: GHSA-x677-9fxg-v5c5 is fixed in 3.6.22 (unrated: a header spelled with underscores " +
					"passes for the identity that BasicAuth, DigestAuth or ForwardAuth sets)",
				"eol cert-manager 1.19.3: end of life since 2026-07-08",
				"untested cert-manager 1.19.3: tested on Kubernetes 1.31 to 1.35, and this is 1.37",
				"advisory cert-manager 1.19.3: GHSA-8rvj-mm4h-c258 is fixed in 1.19.6 (high: users of a namespace can bypass an " +
					"issuer's solver selectors and use its credentials)",
			},
		},
		"on its last day of support": {"2026-07-07", "v1.35.4", []string{certManager + "v1.19.6"}, nil},
		"on the first day without": {
			"2026-07-08", "v1.35.4",
			[]string{certManager + "v1.19.6"},
			[]string{"eol cert-manager 1.19.6: end of life since 2026-07-08"},
		},
		"the first version with a fix": {
			"2026-11-29", "v1.36.3",
			[]string{certManager + "v1.20.3"},
			[]string{"untested cert-manager 1.20.3: tested on Kubernetes 1.32 to 1.35, and this is 1.36"},
		},
		"the newest": {
			"2026-11-29", "v1.36.3",
			[]string{certManager + "v1.21.2", traefik + "v3.7.13"},
			nil,
		},
		"twice the same": {
			"2026-11-29", "v1.35.4",
			[]string{certManager + "v1.19.6", "mirror.example/x/cert-manager-controller:v1.19.6"},
			[]string{"eol cert-manager 1.19.6: end of life since 2026-07-08"},
		},
		"a Kubernetes out of support": {"2026-11-29", "v1.34.4", nil, []string{"eol Kubernetes 1.34: end of life since " +
			"2026-10-27"}},
		"an unknown Kubernetes": {"2026-11-29", "", []string{certManager + "v1.21.2"}, nil},
		"a digest without a tag": {
			"2026-11-29", "v1.36.3",
			[]string{"quay.io/jetstack/cert-manager-controller@sha256:aa"},
			nil,
		},
		"another program":             {"2026-11-29", "v1.36.3", []string{"docker.io/library/nginx:1.19.3"}, nil},
		"a release that is not known": {"2026-11-29", "v1.36.3", []string{certManager + "v1.30.0"}, nil},
		"data that is old": {"2027-03-01", "v1.36.3", nil, []string{
			"old-data what is known of support and advisories is of 2026-11-25, 96 days old: later releases and advisories " +
				"are missing; take a newer edgeproof",
		}},
	} {
		var got []string
		for _, n := range own.Notes(day(tc.now), tc.kubernetes, tc.images) {
			got = append(got, string(n.Kind)+" "+n.Text)
			if n.Kind != lifecycle.Old && !strings.HasPrefix(n.Source, "https://") {
				t.Errorf("%s: %q has no source", name, n.Text)
			}
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
		}
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	const source = `source: {url: "https://x", read: 2026-01-02}`
	for name, tc := range map[string]struct{ text, says string }{
		"no date":            {"components: []", "no date"},
		"a foreign field":    {"date: 2026-01-02\ncolor: red", `unknown field "color"`},
		"a day that is none": {"date: soon", "is no day; write it as 2026-01-31"},
		"no source":          {"date: 2026-01-02\nkubernetes: [{release: \"1.36\"}]", "Kubernetes 1.36: no source"},
		"a release that is no version": {
			"date: 2026-01-02\nkubernetes: [{release: new, " + source + "}]", `release "new" is no version`,
		},
		"one minor of two": {
			"date: 2026-01-02\ncomponents: [{name: x, images: [x], releases: [{release: \"1.1\", kubernetes: [\"1.36\"], " +
				source + "}]}]",
			"x 1.1: kubernetes has 1 minors",
		},
		"a range the wrong way round": {
			"date: 2026-01-02\ncomponents: [{name: x, images: [x], advisories: [{id: A, affected: [{from: 1.2.0, fixed: " +
				"1.1.0}], " + source + "}]}]",
			"the older first",
		},
		"nothing affected": {
			"date: 2026-01-02\ncomponents: [{name: x, images: [x], advisories: [{id: A, " + source +
				"}]}]", "x A: no affected versions",
		},
		"no images": {"date: 2026-01-02\ncomponents: [{name: x}]", "give name and images"},
	} {
		if _, err := lifecycle.Read([]byte(tc.text)); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want %q", name, err, tc.says)
		}
	}
}
