package await_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/klog/v2"
	"k8s.io/klog/v2/ktesting"

	"github.com/edgeproof/edgeproof/e2e/await"
)

func budget() await.Budget {
	return await.Budget{Name: "test", Timeout: 10 * time.Second, Interval: time.Second, Why: "a test"}
}

// script answers in order and repeats its last line.
func script(answers ...await.Answer) await.Expectation {
	i := 0
	return func(context.Context) await.Answer {
		a := answers[min(i, len(answers)-1)]
		i++
		return a
	}
}

// What a wait sees is logged when it changes, from level 4.
func TestUntilLogsWhatItSees(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for level, want := range map[int]int{3: 0, 4: 2} {
			logger := ktesting.NewLogger(t, ktesting.NewConfig(ktesting.BufferLogs(true), ktesting.Verbosity(level)))
			ctx := klog.NewContext(t.Context(), logger)
			if _, err := await.Until(ctx, budget(), "the route",
				script(await.Wait("404"), await.Wait("404"), await.Done("200"))); err != nil {
				t.Fatal(err)
			}
			seen := logger.GetSink().(ktesting.Underlier).GetBuffer().String()
			if got := strings.Count(seen, `for="the route" budget="test"`); got != want {
				t.Errorf("level %d: %d lines, want %d:\n%s", level, got, want, seen)
			}
		}
	})
}

func TestUntil(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		expect      await.Expectation
		want        await.Result
		cause       error
		inMessage   string
		wantElapsed time.Duration
	}{
		"met at the first look costs no time": {
			expect: script(await.Done("there")),
			want:   await.Result{Answer: await.Answer{State: await.Met, Message: "there"}, Polls: 1},
		},
		"met later": {
			expect: script(await.Wait("one"), await.Wait("two"), await.Done("three")),
			want: await.Result{
				Answer: await.Answer{State: await.Met, Message: "three"}, Before: []string{"two", "one"},
				Polls: 3, Elapsed: 2 * time.Second,
			},
		},
		"failed permanently ends at once": {
			expect: script(await.Wait("one"), await.Fail("order is invalid"), await.Done("never reached")),
			want: await.Result{
				Answer: await.Answer{State: await.Failed, Message: "order is invalid"},
				Before: []string{"one"}, Polls: 2, Elapsed: time.Second,
			},
			cause:     await.ErrFailed,
			inMessage: `await the thing: failed permanently after 1s of 10s (budget "test", 2 looks): last seen: order is invalid; before that: one`,
		},
		"timeout repeats the last messages that differ": {
			expect: script(await.Wait("a"), await.Wait("no pod"), await.Wait("no node"), await.Wait("pod is starting"),
				await.Wait("pod is starting"), await.Wait("pod is not ready")),
			want: await.Result{
				Answer: await.Answer{Message: "pod is not ready"},
				Before: []string{"pod is starting", "no node", "no pod"}, Polls: 10, Elapsed: 10 * time.Second,
			},
			cause:     await.ErrTimeout,
			inMessage: `await the thing: timed out after 10s of 10s (budget "test", 10 looks): last seen: pod is not ready; before that: pod is starting; before that: no node; before that: no pod`,
		},
		"an empty answer is pending": {
			expect:    func(context.Context) await.Answer { return await.Answer{} },
			want:      await.Result{Polls: 10, Elapsed: 10 * time.Second},
			cause:     await.ErrTimeout,
			inMessage: "last seen: nothing",
		},
		"a look that hangs is cut by the budget and does not hide what was seen before": {
			expect: func() await.Expectation {
				n := 0
				return func(ctx context.Context) await.Answer {
					if n++; n == 1 {
						return await.Wait("503")
					}
					<-ctx.Done()
					return await.Wait("%v", ctx.Err())
				}
			}(),
			want:      await.Result{Answer: await.Answer{Message: "503"}, Polls: 2, Elapsed: 10 * time.Second},
			cause:     await.ErrTimeout,
			inMessage: "last seen: 503",
		},
		"check turns an error into pending": {
			expect: await.Check(func() func(context.Context) error {
				n := 0
				return func(context.Context) error {
					if n++; n < 2 {
						return errors.New("not yet")
					}
					return nil
				}
			}()),
			want: await.Result{
				Answer: await.Answer{State: await.Met, Message: "ok"}, Before: []string{"not yet"}, Polls: 2,
				Elapsed: time.Second,
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				got, err := await.Until(t.Context(), budget(), "the thing", c.expect)
				c.want.What, c.want.Budget = "the thing", "test"
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("result (-want +got):\n%s", diff)
				}
				if !errors.Is(err, c.cause) {
					t.Errorf("error %v, want cause %v", err, c.cause)
				}
				if err != nil && !strings.Contains(err.Error(), c.inMessage) {
					t.Errorf("error %q does not say %q", err, c.inMessage)
				}
			})
		})
	}
}

func TestUntilEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	stop := errors.New("interrupted by the user")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(2500*time.Millisecond, func() { cancel(stop) })
		got, err := await.Until(ctx, budget(), "x", script(await.Wait("p")))
		if !errors.Is(err, stop) || errors.Is(err, await.ErrTimeout) {
			t.Errorf("error %v, want the caller's cause", err)
		}
		if got.Elapsed != 2500*time.Millisecond || got.Polls != 3 {
			t.Errorf("ended after %s and %d looks, want 2.5s and 3", got.Elapsed, got.Polls)
		}
	})
}

func TestUntilNeverLooksWithADeadContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got, err := await.Until(ctx, budget(), "x", script(await.Done("looked")))
	if !errors.Is(err, context.Canceled) || got.Polls != 0 {
		t.Errorf("got %+v, %v; want no look and context.Canceled", got, err)
	}
}

func TestAllGivesEveryResult(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		got, err := await.All(
			t.Context(),
			await.Goal{What: "slow", Budget: budget(), Expect: script(await.Wait("1"), await.Wait("2"), await.Wait("3"),
				await.Done("slow done"))},
			await.Goal{What: "lost", Budget: budget(), Expect: script(await.Fail("lost it"))},
			await.Goal{What: "late", Budget: budget(), Expect: script(await.Wait("still late"))},
		)
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("took %s: goals must run side by side and each have its full budget", took)
		}
		states := []await.State{got[0].Answer.State, got[1].Answer.State, got[2].Answer.State}
		if diff := cmp.Diff([]await.State{await.Met, await.Failed, await.Pending}, states); diff != "" {
			t.Errorf("states (-want +got):\n%s", diff)
		}
		for _, want := range []error{await.ErrFailed, await.ErrTimeout} {
			if !errors.Is(err, want) {
				t.Errorf("error %v does not hold %v", err, want)
			}
		}
		if strings.Contains(err.Error(), "await slow") {
			t.Errorf("error %v names a goal that was met", err)
		}
	})
}
