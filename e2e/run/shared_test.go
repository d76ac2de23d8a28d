package run

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

func TestAFaultIsTakenOnce(t *testing.T) {
	t.Parallel()
	s := Shared(t.TempDir())
	for _, c := range []struct {
		id   string
		mine bool
	}{{"a", true}, {"a", false}, {"b", true}, {"a", false}} {
		if mine, err := s.Take(c.id); err != nil || mine != c.mine {
			t.Errorf("taking %s: %v, %v; want %v", c.id, mine, err, c.mine)
		}
	}
	if _, err := Shared(t.TempDir() + "/gone").Take("a"); err == nil {
		t.Error("a folder that is not there let a fault be taken")
	}
	if mine, err := Shared("").Take("a"); err != nil || !mine {
		t.Errorf("alone: %v, %v; want every fault to be its own", mine, err)
	}
}

func TestAllLearnThatTheEdgeIsUnsound(t *testing.T) {
	t.Parallel()
	s := Shared(t.TempDir())
	if !s.Sound() {
		t.Error("unsound before anybody said so")
	}
	for range 2 { // two may find it out
		if err := s.Unsound(); err != nil {
			t.Fatal(err)
		}
	}
	if s.Sound() {
		t.Error("sound after it was called unsound")
	}
	if err := Shared("").Unsound(); err != nil || !Shared("").Sound() {
		t.Errorf("alone: %v; want nobody to be told", err)
	}
}

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
		"too many":            {Options{Clusters: MostClusters + 1}, 0, "give 1 to 8"},
		"fewer than none":     {Options{Clusters: -1}, 0, "give 1 to 8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.given.share()
			if c.said == "" && (err != nil || c.given.Clusters != c.want) || !strings.Contains(message(err), c.said) || (err == nil) != (c.said == "") {
				t.Errorf("%d, %v; want %d, %q", c.given.Clusters, err, c.want, c.said)
			}
		})
	}
}

func TestWhatHelpersLeaveIsTheRuns(t *testing.T) {
	t.Parallel()
	part := func(name string, dropped uint64, unknown ...string) *test {
		v := begun()
		v.Hermetic = &verdict.Hermetic{Sealed: true, DroppedPackets: dropped, Senders: []string{name}, UnknownNames: unknown}
		v.Phases = []verdict.Phase{{Name: "specs"}}
		return &test{options: Options{Cluster: name}, verdict: v}
	}
	whole, second, third, fourth := part("one", 1, "a"), part("two", 2, "a", "b"), part("three", 4), &test{options: Options{Cluster: "four"}, verdict: begun()}
	third.verdict.SetError("run the specs", errors.New("killed"), "again")
	whole.helpers = []*test{second, third, fourth}
	whole.join()
	h := whole.verdict.Hermetic
	if h.DroppedPackets != 7 || !slices.Equal(h.Senders, []string{"one", "two", "three"}) || !slices.Equal(h.UnknownNames, []string{"a", "b"}) {
		t.Errorf("what tried to get out: %+v", h)
	}
	if n := len(whole.verdict.Phases); n != 3 || whole.verdict.Phases[1].Name != "specs of two" {
		t.Errorf("phases: %+v", whole.verdict.Phases)
	}
	if e := whole.verdict.Error; e == nil || e.Operation != "run the specs of three" || e.Message != "killed" {
		t.Errorf("error: %+v, want that of the helper", e)
	}
}

func TestLinesSayWhichClusterTheyAreAbout(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	b := &beside{to: &out, cluster: "c"}
	if n, err := b.Write([]byte("one\ntwo\n")); n != 8 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if got := out.String(); got != "[c] one\n[c] two\n" {
		t.Errorf("wrote %q", got)
	}
	if _, err := (&beside{to: full{}, cluster: "c"}).Write([]byte("x\n")); !strings.Contains(message(err), "no space left") {
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
