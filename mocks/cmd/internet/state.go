package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

// stateKind marks a file as this program's.
const stateKind = "edgeproof/internet-state"

const (
	// saveAfter gathers changes for a moment before they are written.
	saveAfter = 200 * time.Millisecond
	// saveAgain is how long a failed write waits for the next try.
	saveAgain = 5 * time.Second
)

// stateFile is the form of a state file. The digest finds a torn or edited one.
type stateFile struct {
	Kind   string          `json:"kind"`
	SHA256 string          `json:"sha256"`
	State  json.RawMessage `json:"state"`
}

// loadState fills the store from a file; a file that is not there is an empty
// one. A torn, edited or foreign file is refused and left as it is.
func loadState(path string, store *zone.Store) error {
	text, err := os.ReadFile(path) //nolint:gosec // the file the user names
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read --state: %w", err)
	}
	state, err := readState(text)
	if err != nil {
		return fmt.Errorf("read --state %s: %w: move the file away to start afresh", path, err)
	}
	if err := store.Restore(state); err != nil {
		return fmt.Errorf("read --state %s: %w: move the file away to start afresh", path, err)
	}
	return nil
}

func readState(text []byte) (*zone.State, error) {
	var f stateFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("the file is torn, or not a state file: %w", err)
	}
	if f.Kind != stateKind {
		return nil, fmt.Errorf("not a state file: kind %q, want %q", f.Kind, stateKind)
	}
	if sum := sha256.Sum256(f.State); hex.EncodeToString(sum[:]) != f.SHA256 {
		return nil, errors.New("the file is torn or was edited: its digest does not fit")
	}
	var state zone.State
	if err := json.Unmarshal(f.State, &state); err != nil {
		return nil, fmt.Errorf("the state is not readable: %w", err)
	}
	return &state, nil
}

// saveState writes a new file beside the old one and swaps them, so that a
// reader, and a crash, find either.
func saveState(path string, state *zone.State) error {
	encoded, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("write --state: %w", err)
	}
	sum := sha256.Sum256(encoded)
	text, err := json.Marshal(stateFile{Kind: stateKind, SHA256: hex.EncodeToString(sum[:]), State: encoded})
	if err != nil {
		return fmt.Errorf("write --state: %w", err)
	}
	if err := renameio.WriteFile(path, text, 0o600, renameio.WithTempDir(filepath.Dir(path))); err != nil {
		return fmt.Errorf("write --state: %w", err)
	}
	return nil
}

// keepState writes every change until ctx ends, and the last one after it.
func keepState(ctx context.Context, path string, store *zone.Store, failed func(error)) {
	saved, wait := uint64(0), saveAfter
	save := func() {
		state, version := store.Snapshot()
		if err := saveState(path, state); err != nil {
			failed(err)
			wait = saveAgain
			return
		}
		saved, wait = version, saveAfter
	}
	for {
		if _, err := store.Wait(ctx, saved); err != nil {
			break
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
		save()
	}
	if store.Version() > saved {
		save()
	}
}
