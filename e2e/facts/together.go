package facts

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// together joins concurrent queries into few requests: a look at a hundred hosts makes a thousand queries, and
// each request to the control API passes through the API server. Queries that arrive while a request is under
// way go with the next.
type together struct {
	ask func(context.Context, api.BatchRequest) (api.BatchResponse, error)

	mu      sync.Mutex
	waiting []*asking
	sending int
}

const (
	mostTogether   = 128 // of one request: an answer has up to 4 KiB of a body, and a slow probe delays its whole request
	requestsAtOnce = 4
)

// asking is one question or one probe, and its answer once done is closed.
type asking struct {
	ctx    context.Context
	asked  api.BatchRequest
	done   chan struct{}
	reply  api.Reply
	report json.RawMessage
	err    error
}

// one sends one query or one probe.
func (t *together) one(ctx context.Context, asked api.BatchRequest) (api.Reply, json.RawMessage, error) {
	mine := &asking{ctx: ctx, asked: asked, done: make(chan struct{})}
	t.mu.Lock()
	t.waiting = append(t.waiting, mine)
	if t.sending < requestsAtOnce {
		t.sending++
		go t.send()
	}
	t.mu.Unlock()
	select {
	case <-mine.done:
		return mine.reply, mine.report, mine.err
	case <-ctx.Done():
		return api.Reply{}, nil, context.Cause(ctx)
	}
}

// send sends as long as something waits.
func (t *together) send() {
	for {
		t.mu.Lock()
		batch := t.waiting[:min(len(t.waiting), mostTogether)]
		t.waiting = t.waiting[len(batch):]
		if len(batch) == 0 {
			t.sending--
			t.mu.Unlock()
			return
		}
		t.mu.Unlock()
		t.answer(batch)
	}
}

// answer sends one request. One of several that is refused must not spoil the others, so they then go one by one.
func (t *together) answer(batch []*asking) {
	var all api.BatchRequest
	for _, a := range batch {
		all.Questions = append(all.Questions, a.asked.Questions...)
		all.Probes = append(all.Probes, a.asked.Probes...)
	}
	result, err := t.ask(batch[0].ctx, all)
	var refused *api.Error
	if errors.As(err, &refused) && refused.Status == http.StatusBadRequest && len(batch) > 1 {
		for _, a := range batch {
			t.answer([]*asking{a})
		}
		return
	}
	for _, a := range batch {
		a.err = err
		switch {
		case err != nil:
		case len(a.asked.Questions) > 0:
			a.reply, result.Replies = result.Replies[0], result.Replies[1:]
		default:
			a.report, result.Reports = result.Reports[0], result.Reports[1:]
		}
		close(a.done)
	}
}
