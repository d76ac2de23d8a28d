package journal

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// WriteLines writes entries as JSON lines: one object per line, as Entry's tags name the fields.
func WriteLines(w io.Writer, entries []api.JournalEntry) error {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for i := range entries {
		if err := enc.Encode(&entries[i]); err != nil {
			return fmt.Errorf("write journal entry %d: %w", entries[i].Seq, err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	return nil
}

// ReadLines reads what WriteLines wrote.
func ReadLines(r io.Reader) ([]api.JournalEntry, error) {
	entries := []api.JournalEntry{}
	dec := json.NewDecoder(r)
	for {
		var e api.JournalEntry
		err := dec.Decode(&e)
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		if err != nil {
			return entries, fmt.Errorf("read journal: entry %d: %w", len(entries)+1, err)
		}
		entries = append(entries, e)
	}
}
