// Package attest makes a promotion decision checkable by others: it signs what was decided, and about what, as
// in-toto statements in DSSE envelopes, and accepts such a file only from the pairs of signer and verifier that
// the caller trusts.
//
// It knows verdicts, digests and keys. It does not decide anything and knows no bundle, cluster or gate.
//
// Formats: in-toto Statement v1 (https://github.com/in-toto/attestation/tree/main/spec/v1), predicates
// test-result v0.1 and SLSA verification summary v1 (https://slsa.dev/spec/v1.1/verification_summary), DSSE
// v1.0 (https://github.com/secure-systems-lab/dsse), one envelope a line.
package attest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

const (
	statementType   = "https://in-toto.io/Statement/v1"
	testResultType  = "https://in-toto.io/attestation/test-result/v0.1"
	summaryType     = "https://slsa.dev/verification_summary/v1"
	payloadType     = "application/vnd.in-toto+json"
	policyURI       = "https://github.com/edgeproof/edgeproof/tree/main/e2e/gate"
	slsaVersion     = "1.1"
	passed, failed  = "PASSED", "FAILED"
	levelPromote    = "EDGEPROOF_PROMOTE"
	commitAlgorithm = "gitCommit"
)

// DefaultVerifier is the identity of whoever decides, where no other is given.
const DefaultVerifier = "https://github.com/edgeproof/edgeproof/gate"

// FileOf is where the attestation of a verdict is kept: beside it.
func FileOf(verdictFile string) string {
	return strings.TrimSuffix(verdictFile, ".json") + ".intoto.jsonl"
}

// Names of the subjects that every attestation has; images are named by their references.
const (
	subjectVerdict  = "verdict.json"
	subjectBundle   = "bundle"
	subjectCommit   = "bundle commit"
	subjectApps     = "applications"
	subjectBaseline = "baseline"
	subjectSuite    = "suite "
)

// Subjects are what a decision is about: digests as "algorithm:hex", by name.
type Subjects map[string]string

// SubjectsOf names what a verdict is about: its own bytes, the bundle, the applications and the baseline as
// they render, the images, and, where they are known, the bundle's commit and the suite's program ("sha256:…").
func SubjectsOf(v *verdict.Verdict, raw []byte, commit, program string) Subjects {
	s := Subjects{subjectVerdict: Digest(raw), subjectBundle: v.Bundle.Digest}
	if v.Apps.Digest != "" {
		s[subjectApps] = v.Apps.Digest
	}
	if v.Baseline != nil {
		s[subjectBaseline] = v.Baseline.Digest
	}
	for _, image := range v.Bundle.Images {
		if image.Digest != "" {
			s["image "+image.Name] = image.Digest
		}
	}
	if commit != "" {
		s[subjectCommit] = commitAlgorithm + ":" + commit
	}
	if program != "" {
		s[subjectSuite+v.Suite.Version] = program
	}
	return s
}

// Digest is the SHA-256 of some bytes as a subject has it.
func Digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// check refuses subjects that cannot be attested.
func (s Subjects) check() error {
	for _, name := range s.names() {
		algorithm, value, ok := strings.Cut(s[name], ":")
		if _, err := hex.DecodeString(value); !ok || err != nil || algorithm == "" || value == "" {
			return fmt.Errorf("attest: %s has the digest %q; want algorithm:hex", name, s[name])
		}
	}
	return nil
}

func (s Subjects) names() []string { return slices.Sorted(maps.Keys(s)) }

// result is what an attestation says of a verdict's own result.
func result(r verdict.Result) string {
	if r == verdict.Pass {
		return passed
	}
	return failed
}
