package externaldns_test

import (
	"bufio"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// process is the program as it runs in a pod: one synchronization after the other.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	log   strings.Builder
	lines *bufio.Scanner
}

func (w *world) start(wanted ...*endpoint) *process {
	w.t.Helper()
	p := &process{t: w.t, cmd: w.command(wanted, "--interval=1s")}
	out, err := p.cmd.StderrPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	p.lines = bufio.NewScanner(out)
	if err := p.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
		}
	})
	return p
}

// logs reads until the log has the text; it returns false when the program ends first.
func (p *process) logs(text string) bool {
	for p.lines.Scan() {
		p.log.WriteString(p.lines.Text() + "\n")
		if strings.Contains(p.lines.Text(), text) {
			return true
		}
	}
	return false
}

// exit is the status with which the program ended; its log must have been read to the end.
func (p *process) exit() int {
	var ended *exec.ExitError
	if err := p.cmd.Wait(); errors.As(err, &ended) {
		return ended.ExitCode()
	}
	return 0
}

// A server that keeps failing, or a rate limit that lasts longer than the library retries: since 0.21 the program logs
// a soft error and tries again at the next interval; 0.20 recognizes only the errors of the library that it no longer
// lists zones with, and exits. A call that the token does not permit ends both.
func aLastingFailure(t *testing.T, r *release) {
	for name, tc := range map[string]struct {
		do    api.Effect
		words string
		soft  bool
	}{
		"server error": {api.Effect{Status: 503, HTML: true}, "503 Service Unavailable", r.batches},
		"rate limit": {api.Effect{
			Status: 429, Code: 10100, Message: "More than 1200 requests per 300 seconds reached.",
			RetryAfter: 1,
		}, "429 Too Many Requests", r.batches},
		"refusal": {
			api.Effect{Status: 403, Code: 9109, Message: "Invalid access token"},
			"Invalid access token",
			false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, r)
			if _, err := w.faults.Add(api.FaultRule{
				HTTP: &api.HTTPMatch{Host: "api", Path: "/client/v4/zones"},
				Do:   tc.do,
			}); err != nil {
				t.Fatal(err)
			}
			p := w.start(want("www.example.com", "A", "192.0.2.1"))
			if !tc.soft {
				if p.logs("soft error") || p.exit() != 1 || !strings.Contains(p.log.String(),
					"level=fatal msg=\"Failed to do run once: ") || !strings.Contains(p.log.String(), tc.words) {
					t.Errorf("it did not exit with an error:\n%s", &p.log)
				}
				return
			}
			if !p.logs("(consecutive soft errors: 1)") || !strings.Contains(p.log.String(), tc.words) {
				t.Fatalf("it ended:\n%s", &p.log)
			}
			w.faults.ClearAll()
			if !p.logs("Reconciliation succeeded after ") {
				t.Errorf("it did not go on:\n%s", &p.log)
			}
			if got := w.addresses(w.zone); len(got) != 1 {
				t.Errorf("records %v", got)
			}
		})
	}
}
