package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/attest"
	"github.com/edgeproof/edgeproof/e2e/gate"
	"github.com/edgeproof/edgeproof/e2e/lifecycle"
	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Signing says how a decision is signed.
type Signing struct {
	KeyFile  string // of the private key; empty, and nothing is signed
	Verifier string // who decides, as a URI
}

// Key reads the key, so that a wrong one ends a run before it begins.
func (s Signing) Key() (attest.PrivateKey, error) {
	text, err := os.ReadFile(s.KeyFile)
	if err != nil {
		return attest.PrivateKey{}, fmt.Errorf("read the signing key: %w; give --sign-key the file of a private key in PEM",
			err)
	}
	key, err := attest.ReadPrivateKey(text)
	if err != nil {
		return attest.PrivateKey{}, fmt.Errorf("%s: %w", s.KeyFile, err)
	}
	return key, nil
}

// After is what follows a run of the gate.
type After struct {
	Signing Signing
	FailOn  []string // kinds of lifecycle notes that hold the candidate
}

// Check refuses what could not be done after the run.
func (a After) Check() error {
	if err := lifecycle.CheckKinds(a.FailOn); err != nil || a.Signing.KeyFile == "" {
		return err
	}
	_, err := a.Signing.Key()
	return err
}

// Conclude prints what is out of support in the bundle that was judged or named by an advisory, says whether
// that holds it, and signs the decision beside the verdict where there is a key.
func (a After) Conclude(ctx context.Context, o Options, out io.Writer, now time.Time) (blocked bool, err error) {
	if err := o.complete(); err != nil {
		return false, err
	}
	file, folder := filepath.Join(o.Artifacts, report.VerdictFile), o.Bundle
	if o.Candidate != "" {
		folder = o.Candidate
	}
	v, raw, err := verdictAndBytes(file)
	if err != nil {
		return false, err
	}
	d := gate.Decision{Outcome: gate.Promote}
	if err := (Verification{FailOn: a.FailOn, Now: now}).lifecycle(v, &d); err != nil {
		return false, err
	}
	text := ""
	for _, note := range d.Notes {
		text += "note: " + note + "\n"
	}
	for _, reason := range d.Reasons {
		text += "✗ " + reason + "\n"
	}
	blocked = d.Outcome == gate.Block
	if a.Signing.KeyFile != "" {
		decision := attest.Decision{Verdict: v, Verifier: a.Signing.Verifier, Time: now, Promote: v.Result == verdict.Pass &&
			!blocked}
		signed, err := a.Signing.write(ctx, file, decision, raw, commitOf(ctx, folder))
		if err != nil {
			return blocked, err
		}
		text += "Signed: " + signed + "\n"
	}
	_, err = io.WriteString(out, text)
	return blocked, err
}

// write signs a decision and writes it beside the verdict.
func (s Signing) write(ctx context.Context, verdictFile string, d attest.Decision, raw []byte, commit string) (string,
	error,
) {
	key, err := s.Key()
	if err != nil {
		return "", err
	}
	d.Subjects = attest.SubjectsOf(d.Verdict, raw, commit, program())
	signed, err := attest.Sign(ctx, key, d)
	if err != nil {
		return "", err
	}
	file := attest.FileOf(verdictFile)
	if err := os.WriteFile(file, signed, 0o644); err != nil { //nolint:gosec // to be published
		return "", fmt.Errorf("write the attestation: %w", err)
	}
	return file, nil
}

// Trust says whose attestations are accepted.
type Trust struct {
	// Signers are files of public keys, each "FILE" or "FILE=VERIFIER" with the one verifier that it speaks for.
	Signers []string
	File    string        // the attestation; empty: beside the verdict
	Require bool          // an unsigned verdict is refused
	MaxAge  time.Duration // 0: any
}

// look verifies the attestation of a verdict. The note says what was found; an attestation that is not accepted
// is an error.
func (t Trust) look(ctx context.Context, o Verification, v *verdict.Verdict, raw []byte) (string, error) {
	if len(t.Signers) == 0 {
		if t.Require || t.MaxAge != 0 {
			return "", errors.New("verify: --require-signature and --max-age need a signer to trust; give --signer the file " +
				"of a public key")
		}
		return "", nil
	}
	if t.File == "" {
		t.File = attest.FileOf(o.Verdict)
	}
	signed, err := os.ReadFile(t.File)
	switch {
	case errors.Is(err, os.ErrNotExist) && !t.Require:
		return "the verdict is not signed; --require-signature refuses it", nil
	case err != nil:
		return "", fmt.Errorf("verify: the verdict is not signed: %w; sign by `gate run --sign-key`, or give --attestation",
			err)
	}
	p := attest.Policy{
		Subjects: attest.SubjectsOf(v, raw, commitOf(ctx, o.Bundle), program()), Result: v.Result, MaxAge: t.MaxAge,
		Now: o.Now,
	}
	if p.Pairs, err = t.pairs(); err != nil {
		return "", err
	}
	if o.Allow != "" {
		if p.Allowances, err = fileDigest(o.Allow); err != nil {
			return "", err
		}
	}
	got, err := attest.Verify(ctx, signed, p)
	if err != nil {
		return "", fmt.Errorf("verify %s: %w", t.File, err)
	}
	note := fmt.Sprintf("signed at %s for %s by key %.12s", got.Time.Format(time.RFC3339), got.Verifier, got.KeyID)
	if got.Commit != "" {
		note += ", of commit " + got.Commit
	}
	return note, nil
}

func (t Trust) pairs() ([]attest.Pair, error) {
	var out []attest.Pair
	for _, signer := range t.Signers {
		file, who, named := strings.Cut(signer, "=")
		if !named {
			who = attest.DefaultVerifier
		}
		text, err := os.ReadFile(file) // #nosec G304 -- the file that the user names
		if err != nil {
			return nil, fmt.Errorf("read the signer's key: %w; give --signer FILE or FILE=VERIFIER", err)
		}
		key, err := attest.ReadPublicKey(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		out = append(out, attest.Pair{Key: key, Verifier: who})
	}
	return out, nil
}

// sign attests what verify decided, where it is asked to.
func (o Verification) sign(ctx context.Context, v *verdict.Verdict, raw []byte, d gate.Decision) error {
	if o.Signing.KeyFile == "" || d.Outcome == gate.CannotJudge {
		return nil
	}
	decision := attest.Decision{Verdict: v, Verifier: o.Signing.Verifier, Time: o.Now, Promote: d.Outcome == gate.Promote}
	if o.Allow != "" {
		var err error
		if decision.Allowances, err = fileDigest(o.Allow); err != nil {
			return err
		}
	}
	_, err := o.Signing.write(ctx, o.Verdict, decision, raw, commitOf(ctx, o.Bundle))
	return err
}

func verdictAndBytes(file string) (*verdict.Verdict, []byte, error) {
	v, err := readVerdict(file)
	if err != nil {
		return nil, nil, err
	}
	raw, err := os.ReadFile(file) // #nosec G304 -- the file that the user names
	if err != nil {
		return nil, nil, fmt.Errorf("read verdict: %w", err)
	}
	return v, raw, nil
}

func fileDigest(file string) (string, error) {
	raw, err := os.ReadFile(file) // #nosec G304 -- the file that the user names
	if err != nil {
		return "", fmt.Errorf("read %s: %w", file, err)
	}
	return attest.Digest(raw), nil
}

// program is the digest of this very program; empty where it cannot be read.
func program() string {
	file, err := os.Executable()
	if err != nil {
		return ""
	}
	digest, err := fileDigest(file)
	if err != nil {
		return ""
	}
	return digest
}

// commitOf is the commit that a folder is checked out at; empty outside of Git, without git, and where files of
// the folder were changed since.
func commitOf(ctx context.Context, folder string) string {
	git := func(args ...string) (string, error) {
		out, err := exec.CommandContext(ctx, "git", append([]string{"-C", folder},
			args...)...).Output() // #nosec G204 -- fixed arguments
		return string(bytes.TrimSpace(out)), err
	}
	if changed, err := git("status", "--porcelain", "--", "."); err != nil || changed != "" {
		return ""
	}
	commit, err := git("rev-parse", "--verify", "HEAD")
	if err != nil {
		return ""
	}
	return commit
}
