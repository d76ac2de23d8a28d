package main

import (
	"cmp"
	"context"
	"net/http"
	"strconv"

	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/control/server"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

// external makes the external client one of the control API, with each probe in the journal.
func external(client *probe.Client, j journal.Recorder) server.Probe {
	return server.ProbeWith(func(ctx context.Context, request probe.Request) probe.Report {
		report := client.Probe(ctx, request)
		j.Record(entryOf(&report))
		return report
	})
}

// entryOf is what the journal has of a probe.
func entryOf(r *probe.Report) api.JournalEntry {
	e := api.JournalEntry{
		Time: r.Started, Source: api.SourceProbe, Op: cmp.Or(r.Request.Method, http.MethodGet) + " " + r.Request.URL,
		Millis: r.Millis, Detail: map[string]string{},
	}
	if r.OK {
		e.Outcome = strconv.Itoa(r.HTTP.Status)
	} else {
		e.Outcome = string(r.Failed) + " " + string(r.Class)
		e.Detail["error"] = r.Error
	}
	if r.Connect != nil {
		e.Detail["address"] = r.Connect.Address
	}
	return e
}
