package verdict_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// The file was written when the remedy of an error had another name.
func TestAVerdictOfAnEarlierVersionIsRead(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("testdata", "early-stopped.json"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := verdict.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	if v.Error == nil || v.Error.Operation == "" || v.Error.Message == "" || v.Error.Remedy == "" {
		t.Errorf("its error: %+v, want operation, message and remedy", v.Error)
	}
	written, err := verdict.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(written), `"remedy": "`+v.Error.Remedy) {
		t.Error("it is not written again under its name of today")
	}
	unknown := strings.Replace(string(raw), `"operation":`, `"tonic":`, 1)
	if _, err := verdict.Parse([]byte(unknown)); err == nil || !strings.Contains(err.Error(), "tonic") {
		t.Errorf("an unknown field of the error: %v, want it refused by name", err)
	}
}
