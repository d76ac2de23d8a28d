package run

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// StageVariable names the file in which the suite's process finds what to judge.
const StageVariable = "EDGEPROOF_STAGE"

// Stage is what the suite's process is told.
type Stage struct {
	Root       string `json:"root"`
	Bundle     string `json:"bundle"`
	Apps       string `json:"apps"`
	Traefik    string `json:"traefik"` // its version
	Kubeconfig string `json:"kubeconfig"`
	Engine     string `json:"engine"` // path of the container engine's client
	Node       string `json:"node"`   // name of the node's container
	Stuck      string `json:"stuck"`  // at which stage the bundle did not become ready

	Catalogue verdict.Catalogue `json:"catalogue"`
	Started   time.Time         `json:"started"` // when the run began: what was before is no part of its time line
	Expected  progress.Expected `json:"expected"`

	// Candidate is the folder of the bundle that is to take the place of Bundle; empty where nothing is. With Sabotage, spoilt copies of
	// it are tried, and nothing else.
	Candidate        string `json:"candidate,omitempty"`
	CandidateTraefik string `json:"candidateTraefik,omitempty"`
	Sabotage         bool   `json:"sabotage,omitempty"`

	// Shared is what the suites of a run divide the faults by, each on a cluster of its own; empty where there is one. Helper is a suite
	// that does nothing but take faults off the others.
	Shared Shared `json:"shared,omitempty"`
	Helper bool   `json:"helper,omitempty"`
}

// ReadStage reads the file that StageVariable names. No variable is no error: then there is nothing to judge.
func ReadStage() (stage Stage, there bool, err error) {
	file := os.Getenv(StageVariable)
	if file == "" {
		return Stage{}, false, nil
	}
	raw, err := os.ReadFile(file) // #nosec G304 G703 -- written by this package
	if err != nil {
		return Stage{}, true, fmt.Errorf("read the stage: %w", err)
	}
	if err := json.Unmarshal(raw, &stage); err != nil {
		return Stage{}, true, fmt.Errorf("read the stage %s: %w", file, err)
	}
	return stage, true, nil
}

// Exec runs a command on the node.
func (s Stage) Exec(ctx context.Context, command string, args ...string) ([]byte, error) {
	argv := append([]string{"exec", "--privileged", s.Node, command}, args...)
	cmd := exec.CommandContext(ctx, s.Engine, argv...) // #nosec G204 -- the engine that this run chose
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return out, fmt.Errorf("on node %s: %s %s: %w: %s", s.Node, command, strings.Join(args, " "), err, strings.TrimSpace(said.String()))
	}
	return out, nil
}
