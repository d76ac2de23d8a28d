package explain

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Load reads a snapshot that was saved.
func Load(path string) (*facts.Snapshot, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // the user names it
	if err != nil {
		return nil, fmt.Errorf("read snapshot: %w; make one with `edgeproof explain --all --save FILE`", err)
	}
	return decode(path, raw)
}

func decode(path string, raw []byte) (*facts.Snapshot, error) {
	var version struct {
		Format string `json:"apiVersion"`
	}
	if err := json.Unmarshal(raw, &version); err != nil {
		return nil, fmt.Errorf("read snapshot %s: %w; it is not JSON: make one with `edgeproof explain --all --save FILE`",
			path, err)
	}
	if version.Format != facts.Format {
		return nil, fmt.Errorf("read snapshot %s: it has apiVersion %q, and this program reads %q; make one with "+
			"`edgeproof explain --all --save FILE` of this version", path, version.Format, facts.Format)
	}
	var s facts.Snapshot
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, fmt.Errorf("read snapshot %s: %w; make one with `edgeproof explain --all --save FILE`", path, err)
	}
	if s.Time.IsZero() || len(s.Parts) == 0 {
		return nil, fmt.Errorf("read snapshot %s: it has the right apiVersion, but is not a snapshot; make one with "+
			"`edgeproof explain --all --save FILE`", path)
	}
	return &s, nil
}

// writable finds early that a file cannot be written: collecting the facts takes a while.
func writable(path string) error {
	info, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("save the snapshot to %s: %w; name a file in an existing folder", path, err)
	}
	if !info.IsDir() {
		return fmt.Errorf("save the snapshot to %s: %s is not a folder; name a file in an existing folder", path,
			filepath.Dir(path))
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("save the snapshot to %s: that is a folder; name a file in it", path)
	}
	return nil
}

// save writes a snapshot, and returns it as Load will: what is explained now is what can be explained again.
func save(path string, s *facts.Snapshot) (*facts.Snapshot, error) {
	raw, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode the snapshot: %w", err)
	}
	if err := os.WriteFile(path, append(raw, '\n'), 0o600); err != nil {
		return nil, fmt.Errorf("save the snapshot: %w", err)
	}
	return decode(path, raw)
}
