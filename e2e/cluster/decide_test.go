package cluster

import "testing"

func TestDecide(t *testing.T) {
	t.Parallel()
	healthy := func() state {
		return state{
			Containers: []container{{Name: "edgeproof-control-plane", Running: true, Status: "running"}},
			Owners:     []owner{ours},
			Record:     &record{Phase: ready, Inputs: "new"},
			Life:       &life{Answers: true, Ready: true, Inputs: "new"},
		}
	}
	cases := map[string]struct {
		change func(*state)
		want   Outcome
		asks   bool // the API's answer is worth asking for
	}{
		"healthy": {
			func(*state) {},
			Outcome{Reused, "same inputs, its API answers and its node is ready"},
			true,
		},
		"none": {
			func(s *state) { *s = state{} },
			Outcome{Created, "there was none of this name"},
			false,
		},
		"none, but a record of one": {
			func(s *state) { s.Containers, s.Owners = nil, nil },
			Outcome{Created, "there was none of this name"},
			false,
		},
		"killed while podman made the container": {
			func(s *state) { s.Containers[0] = container{Foreign: true}; s.Record.Phase = creating },
			Outcome{Replaced, "its node was left half-made"},
			false,
		},
		"killed while kind was at work": {
			func(s *state) { s.Record.Phase = creating },
			Outcome{Replaced, "the run that was making it did not finish"},
			false,
		},
		"the record is lost": {
			func(s *state) { s.Record = nil },
			Outcome{Replaced, "no record shows how far its creation came"},
			false,
		},
		"its work folder is gone": {
			func(s *state) { s.Owners[0] = orphan },
			Outcome{Replaced, "the work folder that made it is gone"},
			false,
		},
		"other inputs": {
			func(s *state) { s.Record.Inputs = "old" },
			Outcome{Replaced, "its inputs have changed"},
			false,
		},
		"the machine was stopped": {
			func(s *state) { s.Containers[0].Running, s.Containers[0].Status = false, "exited" },
			Outcome{Replaced, "its node is exited"},
			false,
		},
		"two nodes": {
			func(s *state) {
				s.Containers = append(s.Containers, container{Name: "edgeproof-worker", Running: true})
				s.Owners = append(s.Owners, ours)
			},
			Outcome{Replaced, "it has 2 nodes instead of one"},
			false,
		},
		"the API is dead": {
			func(s *state) { s.Life = &life{Seen: "connection refused"} },
			Outcome{Replaced, "it does not answer (connection refused)"},
			true,
		},
		"the API was not queried": {
			func(s *state) { s.Life = nil },
			Outcome{Replaced, "it does not answer"},
			true,
		},
		"another cluster answers at its address": {
			func(s *state) { s.Life.Inputs = "old" },
			Outcome{Replaced, `its node carries the inputs "old"`},
			true,
		},
		"the node is not ready": {
			func(s *state) { s.Life.Ready, s.Life.Seen = false, "Ready=False KubeletNotReady" },
			Outcome{Replaced, "its node is not ready (Ready=False KubeletNotReady)"},
			true,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := healthy()
			c.change(&s)
			if got := decide(s, "new"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if got := s.needsLife("new"); got != c.asks {
				t.Errorf("asks the API: %t, want %t", got, c.asks)
			}
		})
	}
}
