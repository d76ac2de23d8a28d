package verdict_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// The file was written before the error's cure was called its remedy.
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
	if text := string(written); strings.Contains(text, `"cure"`) || !strings.Contains(text, `"remedy"`) {
		t.Error("it is written again with the name of old")
	}
	unknown := strings.Replace(string(raw), `"cure":`, `"tonic":`, 1)
	if _, err := verdict.Parse([]byte(unknown)); err == nil || !strings.Contains(err.Error(), "tonic") {
		t.Errorf("an unknown field of the error: %v, want it refused by name", err)
	}
}
