package cluster

import "fmt"

// Action is what was done to have the cluster of a run.
type Action string

// The three ways to a cluster.
const (
	Created  Action = "created"
	Reused   Action = "reused"
	Replaced Action = "replaced"
)

// Outcome is the action and its reason.
type Outcome struct {
	Action Action
	Why    string
}

// String prints both.
func (o Outcome) String() string { return fmt.Sprintf("%s: %s", o.Action, o.Why) }

// life is the state of a cluster as its API reports it.
type life struct {
	Answers bool
	Ready   bool   // its node is
	Inputs  string // label of its node
	Seen    string // the last state seen, for the reason

	Credentials []byte // the kubeconfig with which it was queried
}

// state is all that decides between creating, reusing and replacing.
type state struct {
	Containers []container
	Owners     []owner // of each container
	Record     *record
	Life       *life // nil: not queried
}

// needsLife reports whether the facts on disk and in the engine leave reuse open, so that the API must be queried.
func (s state) needsLife(inputs string) bool {
	s.Life = &life{Answers: true, Ready: true, Inputs: inputs}
	return decide(s, inputs).Action == Reused
}

// decide is a pure function of the state. Ownership has been checked before: it does not decide on refusal.
func decide(s state, inputs string) Outcome {
	replace := func(format string, args ...any) Outcome {
		return Outcome{Action: Replaced, Why: fmt.Sprintf(format, args...)}
	}
	if len(s.Containers) == 0 {
		return Outcome{Action: Created, Why: "there was none of this name"}
	}
	for i, c := range s.Containers {
		switch {
		case c.Foreign:
			return replace("its node was left half-made")
		case s.Owners[i] == orphan:
			return replace("the work folder that made it is gone")
		}
	}
	switch {
	case len(s.Containers) > 1:
		return replace("it has %d nodes instead of one", len(s.Containers))
	case s.Record == nil:
		return replace("no record shows how far its creation came")
	case s.Record.Phase != ready:
		return replace("the run that was making it did not finish")
	case s.Record.Inputs != inputs:
		return replace("its inputs have changed")
	case !s.Containers[0].Running:
		return replace("its node is %s", s.Containers[0].Status)
	case s.Life == nil || !s.Life.Answers:
		return replace("it does not answer%s", lastSeen(s.Life))
	case s.Life.Inputs != inputs:
		return replace("its node carries the inputs %q", s.Life.Inputs)
	case !s.Life.Ready:
		return replace("its node is not ready%s", lastSeen(s.Life))
	}
	return Outcome{Action: Reused, Why: "same inputs, its API answers and its node is ready"}
}

// lastSeen appends the last state seen, if there is one.
func lastSeen(l *life) string {
	if l == nil || l.Seen == "" {
		return ""
	}
	return " (" + l.Seen + ")"
}
