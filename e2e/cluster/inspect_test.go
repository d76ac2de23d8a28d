package cluster

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kinderrors "sigs.k8s.io/kind/pkg/errors"
	kindexec "sigs.k8s.io/kind/pkg/exec"
)

func TestParseInspect(t *testing.T) {
	t.Parallel()
	cases := map[string][]container{
		"podman": {{
			Name: "edgeproof-control-plane", Status: "exited", Marker: "/home/dev/edge/_work/clusters/edgeproof/marker",
			Labels: map[string]string{kindLabel: "edgeproof", "io.x-k8s.kind.role": "control-plane"},
		}},
		"docker": {{
			Name: "edgeproof-control-plane", Status: "running", Running: true,
			Labels: map[string]string{kindLabel: "edgeproof"},
		}},
	}
	for engine, want := range cases {
		text, err := os.ReadFile("testdata/inspect/" + engine + ".json")
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseInspect(text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", engine, diff)
		}
	}
	if _, err := parseInspect([]byte("Error: no such container")); err == nil {
		t.Error("an answer that is no JSON was accepted")
	}
}

func FuzzParseInspect(f *testing.F) {
	f.Add([]byte(`[{"Name":"/a","Mounts":[{"Destination":"/etc/edgeproof","Source":"/x"}]}]`))
	f.Add([]byte(`[null]`))
	f.Fuzz(func(_ *testing.T, text []byte) { _, _ = parseInspect(text) })
}

func TestOwnerOf(t *testing.T) {
	t.Parallel()
	const mine = "/home/dev/edge/_work/clusters/edgeproof/marker"
	there := func(string) bool { return true }
	gone := func(string) bool { return false }
	cases := map[string]struct {
		c      container
		r      *record
		exists func(string) bool
		want   owner
	}{
		"marked by us":                {container{Marker: mine}, nil, there, ours},
		"by us through a VM's mount":  {container{Marker: "/host_mnt" + mine}, nil, there, ours},
		"by another work folder":      {container{Marker: "/else"}, nil, there, other},
		"by a work folder now gone":   {container{Marker: "/else"}, nil, gone, orphan},
		"not marked":                  {container{Name: "x"}, nil, gone, unknown},
		"half-made while we made one": {container{Foreign: true}, &record{Phase: creating}, there, ours},
		"half-made, we were done":     {container{Foreign: true}, &record{Phase: ready}, there, unknown},
		"half-made, we never began":   {container{Foreign: true}, nil, there, unknown},
	}
	for name, c := range cases {
		if got := ownerOf(c.c, mine, c.r, c.exists); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestLifeOf(t *testing.T) {
	t.Parallel()
	node := func(status corev1.ConditionStatus) corev1.Node {
		return corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{InputsLabel: "abc"}},
			Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{
				{Type: corev1.NodeMemoryPressure, Status: corev1.ConditionFalse},
				{Type: corev1.NodeReady, Status: status, Reason: "R", Message: "m"},
			}},
		}
	}
	cases := map[string]struct {
		nodes []corev1.Node
		want  life
	}{
		"ready":     {[]corev1.Node{node("True")}, life{Answers: true, Ready: true, Inputs: "abc", Seen: "Ready=True R: m"}},
		"not ready": {[]corev1.Node{node("False")}, life{Answers: true, Inputs: "abc", Seen: "Ready=False R: m"}},
		"silent":    {[]corev1.Node{{}}, life{Answers: true, Seen: "node has no Ready condition"}},
		"none yet":  {nil, life{Answers: true, Seen: "0 nodes instead of one"}},
	}
	for name, c := range cases {
		if diff := cmp.Diff(c.want, lifeOf(c.nodes)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestFromKindCarriesWhatTheCommandSaid(t *testing.T) {
	t.Parallel()
	inner := &kindexec.RunError{
		Command: []string{"podman", "exec"}, Output: []byte("a\nno space left\n"),
		Inner: errors.New("exit status 1"),
	}
	err := fromKind(kinderrors.Wrap(inner, "failed to init node"))
	if want := "failed to init node: run `podman exec`: exit status 1: a\nno space left"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if got := lastLine(err); got != "no space left" {
		t.Errorf("last line %q", got)
	}
	if err := errors.New("plain"); !errors.Is(fromKind(err), err) || fromKind(nil) != nil {
		t.Error("an error without a command must stay as it is")
	}
}

func TestLinesArePlain(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l := Progress(&out, false)
	l.V(0).Infof(" ✓ %s\n", "Preparing nodes 📦 ")
	l.V(0).Info("")
	l.V(0).Infof(" • %s  ...\n", "Waiting ≤ 1m for Ready ⏳")
	l.V(1).Info("detail")
	l.Warn("cgroup v1")
	want := "Preparing nodes\nWaiting ≤ 1m for Ready ...\nwarning: cgroup v1\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}
