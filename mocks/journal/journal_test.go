package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

func seqs(entries []api.JournalEntry) []uint64 {
	got := []uint64{}
	for _, e := range entries {
		got = append(got, e.Seq)
	}
	return got
}

func TestEntriesFilter(t *testing.T) {
	t.Parallel()
	j := journal.New(10)
	j.Record(api.JournalEntry{Source: api.SourceAPI, Client: "10.0.0.1", Op: "GET /client/v4/zones", Outcome: "200"})
	j.Record(api.JournalEntry{
		Source: api.SourceDNS, Client: "10.0.0.2", Op: "TXT _acme-challenge.a.",
		Outcome: "NXDOMAIN",
	})
	j.Record(api.JournalEntry{
		Source: api.SourceAPI, Client: "10.0.0.2", Op: "POST /client/v4/zones",
		Outcome: "403 10000", Detail: map[string]string{"token": "Ab12"},
	})
	for name, tc := range map[string]struct {
		filter api.JournalFilter
		want   []uint64
	}{
		"all":               {api.JournalFilter{}, []uint64{1, 2, 3}},
		"source":            {api.JournalFilter{Source: api.SourceAPI}, []uint64{1, 3}},
		"client":            {api.JournalFilter{Client: "10.0.0.2"}, []uint64{2, 3}},
		"after":             {api.JournalFilter{After: 2}, []uint64{3}},
		"op, any case":      {api.JournalFilter{Contains: "ACME-challenge"}, []uint64{2}},
		"outcome":           {api.JournalFilter{Contains: "10000"}, []uint64{3}},
		"detail":            {api.JournalFilter{Contains: "ab12"}, []uint64{3}},
		"limit keeps first": {api.JournalFilter{Limit: 2}, []uint64{1, 2}},
		"nothing":           {api.JournalFilter{Contains: "absent"}, []uint64{}},
		"from the future":   {api.JournalFilter{After: 99}, []uint64{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, seqs(j.Entries(tc.filter))); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRingKeepsTheNewest(t *testing.T) {
	t.Parallel()
	j := journal.New(3)
	for i := range 5 {
		j.Record(api.JournalEntry{Op: fmt.Sprint(i)})
	}
	if diff := cmp.Diff([]uint64{3, 4, 5}, seqs(j.Entries(api.JournalFilter{}))); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	if got := j.Dropped(); got != 2 {
		t.Errorf("dropped = %d, want 2", got)
	}
	j.Clear()
	if got := j.Entries(api.JournalFilter{}); len(got) != 0 || j.Dropped() != 0 {
		t.Errorf("after clear: %d entries, %d dropped", len(got), j.Dropped())
	}
	j.Record(api.JournalEntry{Op: "next"})
	if diff := cmp.Diff([]uint64{6}, seqs(j.Entries(api.JournalFilter{}))); diff != "" {
		t.Errorf("after clear the sequence goes on (-want +got):\n%s", diff)
	}
}

func TestRecordSetsTheTimeOnlyWhenUnset(t *testing.T) {
	t.Parallel()
	j := journal.New(2)
	then := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	j.Record(api.JournalEntry{Time: then})
	j.Record(api.JournalEntry{})
	got := j.Entries(api.JournalFilter{})
	if !got[0].Time.Equal(then) || got[1].Time.IsZero() {
		t.Errorf("times = %v, %v", got[0].Time, got[1].Time)
	}
}

// A ring of long texts is as bounded as one of short ones, and the writer's own map is left alone.
func TestLongTextsAreCut(t *testing.T) {
	t.Parallel()
	j := journal.New(1)
	long := strings.Repeat("é", 100_000)
	detail := map[string]string{"query": long, "token": "sha256:0123456789ab"}
	j.Record(api.JournalEntry{Op: "GET /" + long, Outcome: long, Client: long, Detail: detail})
	e := j.Entries(api.JournalFilter{})[0]
	for name, text := range map[string]string{
		"op": e.Op, "outcome": e.Outcome, "client": e.Client,
		"query": e.Detail["query"],
	} {
		if len(text) > 2100 || !utf8.ValidString(text) || !strings.HasSuffix(text, "é…") {
			t.Errorf("%s: %d bytes, ends with %q", name, len(text), text[len(text)-8:])
		}
	}
	if e.Detail["token"] != "sha256:0123456789ab" || detail["query"] != long {
		t.Error("what was short, or the writer's, was cut")
	}
}

func TestWaitWakesOnTheRightEntry(t *testing.T) {
	t.Parallel()
	j := journal.New(4)
	j.Record(api.JournalEntry{Op: "old want"})
	got := make(chan []api.JournalEntry)
	go func() {
		found, err := j.Wait(t.Context(), 1, api.JournalFilter{Contains: "want"})
		if err != nil {
			t.Errorf("wait: %v", err)
		}
		got <- found
	}()
	j.Record(api.JournalEntry{Op: "other"})
	j.Record(api.JournalEntry{Op: "want"})
	if diff := cmp.Diff([]uint64{3}, seqs(<-got)); diff != "" {
		t.Errorf("waited for (-want +got):\n%s", diff)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	found, err := journal.New(1).Wait(ctx, 0, api.JournalFilter{})
	if !errors.Is(err, context.Canceled) || found == nil || len(found) != 0 {
		t.Errorf("wait = %v, %v", found, err)
	}
}

func TestConcurrentUseLeavesNoGap(t *testing.T) {
	t.Parallel()
	j := journal.New(1000)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				j.Record(api.JournalEntry{Op: "x"})
				j.Entries(api.JournalFilter{Limit: 1})
			}
		})
	}
	wg.Wait()
	got := j.Entries(api.JournalFilter{})
	if len(got) != 400 || got[399].Seq != 400 || j.Last() != 400 {
		t.Errorf("%d entries, last %d", len(got), j.Last())
	}
}

func TestLinesRoundTrip(t *testing.T) {
	t.Parallel()
	j := journal.New(3)
	j.Record(api.JournalEntry{
		Source: api.SourceACME, Op: "new-order <&>", Outcome: "201", Millis: 1.5,
		Time: time.Unix(1, 0).UTC(),
	})
	j.Record(api.JournalEntry{
		Source: api.SourceDNS, Op: "A x.", Outcome: "NOERROR", Detail: map[string]string{"k": "v"},
		Time: time.Unix(2, 0).UTC(),
	})
	want := j.Entries(api.JournalFilter{})
	var b bytes.Buffer
	if err := journal.WriteLines(&b, want); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(b.String(), "\n"); lines != 2 || !strings.Contains(b.String(), "<&>") {
		t.Errorf("%d lines:\n%s", lines, b.String())
	}
	got, err := journal.ReadLines(&b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("round trip (-want +got):\n%s", diff)
	}
	if _, err := journal.ReadLines(strings.NewReader("{\"seq\":1}\n{torn")); err == nil ||
		!strings.Contains(err.Error(), "entry 2") {
		t.Errorf("torn line: %v", err)
	}
}
