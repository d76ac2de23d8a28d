package run

import (
	"bytes"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

func TestHowManyClusters(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		given Options
		want  int
		said  string
	}{
		"the small catalogue": {Options{Catalogue: verdict.Smoke}, 1, ""},
		"the full one":        {Options{Catalogue: verdict.Full}, 3, ""},
		"a part of it":        {Options{Catalogue: verdict.Full, Focus: "x"}, 1, ""},
		"some labels of it":   {Options{Catalogue: verdict.Full, Labels: "x"}, 1, ""},
		"as the user says":    {Options{Catalogue: verdict.Full, Labels: "x", Clusters: 2}, 2, ""},
		"an upgrade":          {Options{Catalogue: verdict.Full, Candidate: "x"}, 1, ""},
		"a shared upgrade":    {Options{Candidate: "x", Clusters: 2}, 0, "an upgrade is one story"},
		"a shard":             {Options{Catalogue: verdict.Full, Shard: verdict.Shard{Index: 2, Of: 4}}, 1, ""},
		"a shared shard":      {Options{Clusters: 2, Shard: verdict.Shard{Index: 2, Of: 4}}, 0, "give one of the two"},
		"a shard's upgrade": {
			Options{Candidate: "x", Shard: verdict.Shard{Index: 2, Of: 4}},
			0,
			"an upgrade is one story",
		},
		"too many":        {Options{Clusters: MostClusters + 1}, 0, "give 1 to 8"},
		"fewer than none": {Options{Clusters: -1}, 0, "give 1 to 8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.given.share()
			if err == nil {
				err = c.given.share() // every entry to a run completes its options
			}
			if c.said == "" && (err != nil || c.given.Clusters != c.want) || !strings.Contains(message(err), c.said) ||
				(err == nil) != (c.said == "") {
				t.Errorf("%d, %v; want %d, %q", c.given.Clusters, err, c.want, c.said)
			}
		})
	}
}

func TestLinesSayWhichClusterTheyAreAbout(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	b := &prefixed{to: &out, prefix: "c"}
	if n, err := b.Write([]byte("one\ntwo\n")); n != 8 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if got := out.String(); got != "[c] one\n[c] two\n" {
		t.Errorf("wrote %q", got)
	}
	if _, err := (&prefixed{to: full{}, prefix: "c"}).Write([]byte("x\n")); !strings.Contains(message(err),
		"no space left") {
		t.Errorf("to a full disk: %v", err)
	}
}

func TestEachClusterHasItsOwnLineThatRemovesIt(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"edgeproof": "make down", "edgeproof-2": "make down CLUSTER=edgeproof-2"} {
		if got := (&test{options: Options{Cluster: name}}).down(); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
