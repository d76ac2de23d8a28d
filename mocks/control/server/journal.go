package server

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

// maxWait bounds a long-poll: proxies on the way give up on silence.
const maxWait = 50 * time.Second

// filterOf reads after, source, client, contains and limit.
func filterOf(r *http.Request) (api.JournalFilter, error) {
	q := r.URL.Query()
	f := api.JournalFilter{
		Source:   api.JournalSource(q.Get("source")),
		Client:   q.Get("client"),
		Contains: q.Get("contains"),
	}
	if text := q.Get("after"); text != "" {
		after, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return f, invalid("after %q: give a seq, a whole number", text)
		}
		f.After = after
	}
	if text := q.Get("limit"); text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 0 {
			return f, invalid("limit %q: give a whole number", text)
		}
		f.Limit = limit
	}
	return f, nil
}

// journal answers the entries that the query chooses. With wait (seconds) it
// holds the answer until there is one; with format=lines it writes JSON lines.
func (s *server) journal(w http.ResponseWriter, r *http.Request) {
	f, err := filterOf(r)
	if err != nil {
		typed := asError(err)
		writeJSON(w, typed.Status, api.ErrorResponse{Error: typed})
		return
	}
	var entries []api.JournalEntry
	if text := r.URL.Query().Get("wait"); text != "" {
		seconds, err := strconv.ParseFloat(text, 64)
		if err != nil || !(seconds >= 0 && seconds <= maxWait.Seconds()) { // NaN is neither
			typed := invalid("wait %q: give 0 to %v seconds", text, maxWait.Seconds())
			writeJSON(w, typed.Status, api.ErrorResponse{Error: typed})
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), time.Duration(seconds*float64(time.Second)))
		defer cancel()
		entries, _ = s.Journal.Wait(ctx, f.After, f) // an end without entries is an answer too
	} else {
		entries = s.Journal.Entries(f)
	}
	if r.URL.Query().Get("format") == "lines" {
		w.Header().Set("Content-Type", "application/jsonl")
		_ = journal.WriteLines(w, entries) // the client is gone
		return
	}
	writeJSON(w, http.StatusOK, api.JournalPage{Entries: entries, Last: s.Journal.Last(), Dropped: s.Journal.Dropped()})
}

func (s *server) clearJournal(*http.Request) (any, error) {
	s.Journal.Clear()
	return done{true}, nil
}
