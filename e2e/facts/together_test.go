package facts

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// echo answers every question with its name and every probe with itself; "bad" is refused.
func echo(_ context.Context, asked api.BatchRequest) (api.BatchResponse, error) {
	var out api.BatchResponse
	for _, q := range asked.Questions {
		if q.Name == "bad" {
			return api.BatchResponse{}, &api.Error{Status: http.StatusBadRequest, Message: "bad"}
		}
		out.Replies = append(out.Replies, api.Reply{Rcode: q.Name})
	}
	out.Reports = append(out.Reports, asked.Probes...)
	return out, nil
}

func question(name string) api.BatchRequest {
	return api.BatchRequest{Questions: []api.Question{{Name: name}}}
}

func TestTogetherAnswersEachItsOwnInFewRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int64
		open := make(chan struct{})
		all := &together{ask: func(ctx context.Context, asked api.BatchRequest) (api.BatchResponse, error) {
			requests.Add(1)
			<-open // until all have called
			return echo(ctx, asked)
		}}
		const asking = 300
		var group sync.WaitGroup
		for i := range asking {
			group.Go(func() {
				want := strconv.Itoa(i)
				if i%3 == 0 {
					_, report, err := all.one(t.Context(), api.BatchRequest{Probes: []json.RawMessage{json.RawMessage(want)}})
					if err != nil || string(report) != want {
						t.Errorf("probe %s: %+v, %v", want, report, err)
					}
					return
				}
				reply, _, err := all.one(t.Context(), question(want))
				if err != nil || reply.Rcode != want {
					t.Errorf("question %s: %+v, %v", want, reply, err)
				}
			})
		}
		synctest.Wait()
		close(open)
		group.Wait()
		if n := requests.Load(); n > 2*requestsAtOnce {
			t.Errorf("%d requests for %d questions", n, asking)
		}
	})
}

func TestTogetherIsolatesWhatIsRefused(t *testing.T) {
	t.Parallel()
	all := &together{ask: echo}
	batch := []*asking{}
	for _, name := range []string{"a", "bad", "b"} {
		batch = append(batch, &asking{ctx: t.Context(), asked: question(name), done: make(chan struct{})})
	}
	all.answer(batch)
	if batch[0].err != nil || batch[0].reply.Rcode != "a" || batch[1].err == nil || batch[2].err != nil ||
		batch[2].reply.Rcode != "b" {
		t.Errorf("a %v, bad %v, b %v", batch[0].err, batch[1].err, batch[2].err)
	}
}

func TestTogetherAsksOnceWhenNobodyAnswers(t *testing.T) {
	t.Parallel()
	down, requests := errors.New("down"), 0
	all := &together{ask: func(context.Context, api.BatchRequest) (api.BatchResponse, error) {
		requests++
		return api.BatchResponse{}, down
	}}
	batch := []*asking{
		{ctx: t.Context(), asked: question("a"), done: make(chan struct{})},
		{ctx: t.Context(), asked: question("b"), done: make(chan struct{})},
	}
	if all.answer(batch); requests != 1 || !errors.Is(batch[0].err, down) || !errors.Is(batch[1].err, down) {
		t.Errorf("%d requests, %v, %v", requests, batch[0].err, batch[1].err)
	}
}

func TestTogetherEndsWithItsContext(t *testing.T) {
	t.Parallel()
	all := &together{ask: func(ctx context.Context, _ api.BatchRequest) (api.BatchResponse, error) {
		<-ctx.Done()
		return api.BatchResponse{}, ctx.Err()
	}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := all.one(ctx, question("a")); !errors.Is(err, context.Canceled) {
		t.Errorf("one = %v", err)
	}
}
