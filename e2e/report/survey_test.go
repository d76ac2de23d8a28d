package report

import (
	"testing"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

func TestSurveyLine(t *testing.T) {
	t.Parallel()
	if got := surveyLine(nil); got != "" {
		t.Errorf("a bundle that was judged whole: %q", got)
	}
	got := surveyLine(&verdict.Survey{
		StandIns: []verdict.StandIn{{For: "Secret edge/token", Reason: "it is encrypted"}},
		LeftOut:  verdict.LeftOut{Objects: 3, Releases: []string{"a/b"}},
	})
	if want := "3 objects and 1 releases are left out; a stand-in for Secret edge/token (it is encrypted)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
