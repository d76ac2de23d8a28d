package fault

import (
	"maps"
	"strings"
	"testing"
)

func TestCommitChangesFiles(t *testing.T) {
	t.Parallel()
	before := map[string]string{"a.yaml": "spec:\n  tls: [x]\n", "b.yaml": "b"}
	for name, row := range map[string]struct {
		commit Commit
		want   map[string]string
		err    string
	}{
		"patched": {
			commit: Commit{File: "a.yaml", JSONPatch: []map[string]any{{"op": "remove", "path": "/spec/tls"}}},
			want:   map[string]string{"a.yaml": `{"spec":{}}`, "b.yaml": "b"},
		},
		"written and removed": {
			commit: Commit{Files: map[string]string{"c.yaml": "c", "b.yaml": ""}},
			want:   map[string]string{"a.yaml": before["a.yaml"], "c.yaml": "c"},
		},
		"nothing to remove": {
			commit: Commit{File: "a.yaml", JSONPatch: []map[string]any{{"op": "remove", "path": "/spec/none"}}},
			err:    "commit: patch a.yaml",
		},
	} {
		got, err := row.commit.change(before)
		if row.err == "" && (err != nil || !maps.Equal(got, row.want)) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if row.err != "" && (err == nil || !strings.Contains(err.Error(), row.err)) {
			t.Errorf("%s: %v, want %q", name, err, row.err)
		}
	}
}

func TestDeliveryActionsAreChecked(t *testing.T) {
	t.Parallel()
	for says, s := range map[string]step{
		"exactly one of file and files":      &Commit{Namespace: "n"},
		"give namespace, and jsonPatch":      &Commit{Namespace: "n", File: "a.yaml"},
		"protect: give namespace":            &Protect{},
		"reconcile: give kind":               &Reconcile{Namespace: "n", Name: "x"},
		"reconcile: give namespace and name": &Reconcile{Kind: "Kustomization"},
	} {
		if err := s.check(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}
