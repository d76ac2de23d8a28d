package fault_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/fault"
)

func TestFillRefusesAnUnknownVariable(t *testing.T) {
	t.Parallel()
	f, err := fault.Parse([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Fill(map[string]string{"namespace": "n"}); err == nil || !strings.Contains(err.Error(), "some-fault") {
		t.Errorf("Fill without host = %v, want an error that names the fault", err)
	}
}

func TestFillReachesEveryText(t *testing.T) {
	t.Parallel()
	f, err := fault.Parse([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	f, err = f.Fill(map[string]string{"namespace": "n", "host": "h.example"})
	if err != nil {
		t.Fatal(err)
	}
	if f.Inject[0].Restart.Namespace != "n" || f.Red["DW-4"] != "h.example" ||
		f.Expect.Causes[0].Object != "Service n/frontend" {
		t.Errorf("after Fill: %+v", f)
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	f, err := fault.Parse([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]criteria.ID{"DW-4", "FP-2"}, f.Covers()); diff != "" {
		t.Errorf("a fault covers what it turns red and its pattern (-want +got):\n%s", diff)
	}
	f.Expect.Causes = nil
	if kills := f.Covers(); kills != nil {
		t.Errorf("what only looks broken covers %v", kills)
	}
}
