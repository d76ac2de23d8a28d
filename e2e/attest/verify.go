package attest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	testresult "github.com/in-toto/attestation/go/predicates/test_result/v0"
	summary "github.com/in-toto/attestation/go/predicates/vsa/v1"
	intoto "github.com/in-toto/attestation/go/v1"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// clockSkew is how far ahead the signer's clock may be.
const clockSkew = 5 * time.Minute

// Pair is a signer that is trusted to speak for one verifier, and for no other.
type Pair struct {
	Key      PublicKey
	Verifier string
}

// Policy is what an attestation is held against.
type Policy struct {
	Pairs    []Pair
	Subjects Subjects       // what it must be about
	Result   verdict.Result // what the verdict itself says
	// Allowances is the digest of the file of allowances that is in force; empty where there is none.
	Allowances string
	MaxAge     time.Duration // 0 accepts any age
	Now        time.Time
}

// Attested is an attestation that was accepted.
type Attested struct {
	KeyID    string
	Verifier string
	Time     time.Time
	Commit   string // of the bundle; empty where it was not known
}

// RefusedError says why an attestation is not accepted.
type RefusedError struct{ Reason string }

// Error is one sentence.
func (e *RefusedError) Error() string { return "the attestation is refused: " + e.Reason }

func refuse(format string, args ...any) error {
	return &RefusedError{fmt.Sprintf(format, args...)}
}

// Verify accepts an attestation, or returns a *RefusedError.
func Verify(ctx context.Context, raw []byte, p Policy) (Attested, error) {
	if len(p.Pairs) == 0 {
		return Attested{}, refuse("no signer is trusted; give --signer")
	}
	lines := bytes.Split(bytes.TrimSuffix(raw, []byte("\n")), []byte("\n"))
	if len(raw) == 0 || len(lines) != 2 {
		return Attested{}, refuse("it has %d lines, want 2: a test result and a verification summary",
			bytes.Count(raw, []byte("\n")))
	}
	tests, err := open(ctx, lines[0], testResultType, p)
	if err != nil {
		return Attested{}, err
	}
	summed, err := open(ctx, lines[1], summaryType, p)
	if err != nil {
		return Attested{}, err
	}
	if tests.keyID != summed.keyID {
		return Attested{}, refuse("its two statements are signed by different keys")
	}
	if err := p.result(tests); err != nil {
		return Attested{}, err
	}
	return p.summary(summed, Digest(lines[0]))
}

// opened is a statement whose signature and subjects are in order.
type opened struct {
	keyID     string
	predicate []byte
	subjects  Subjects
}

// open verifies one envelope.
func open(ctx context.Context, line []byte, predicateType string, p Policy) (opened, error) {
	var envelope dsse.Envelope
	if err := json.Unmarshal(line, &envelope); err != nil {
		return opened{}, refuse("an envelope is no JSON (%v): the file is truncated or was edited", err)
	}
	if envelope.PayloadType != payloadType {
		return opened{}, refuse("the payload is %q, want %s", envelope.PayloadType, payloadType)
	}
	if len(envelope.Signatures) == 0 {
		return opened{}, refuse("an envelope has no signature")
	}
	keyID, payload, err := p.signer(ctx, &envelope)
	if err != nil {
		return opened{}, err
	}
	statement := &intoto.Statement{}
	if err := protojson.Unmarshal(payload, statement); err != nil {
		return opened{}, refuse("what is signed is no in-toto statement: %v", err)
	}
	if statement.GetType() != statementType {
		return opened{}, refuse("the statement is of type %q, want %s", statement.GetType(), statementType)
	}
	if statement.GetPredicateType() != predicateType {
		return opened{}, refuse("a statement has the predicate %q, want %s", statement.GetPredicateType(), predicateType)
	}
	if err := statement.Validate(); err != nil {
		return opened{}, refuse("the statement is not valid: %v", err)
	}
	subjects, err := p.subjects(statement)
	if err != nil {
		return opened{}, err
	}
	predicate, err := protojson.Marshal(statement.GetPredicate())
	if err != nil {
		return opened{}, refuse("the predicate %s cannot be read: %v", predicateType, err)
	}
	return opened{keyID, predicate, subjects}, nil
}

// signer finds the key that signed. The hint in the envelope is not believed: each trusted key is tried.
func (p Policy) signer(ctx context.Context, envelope *dsse.Envelope) (keyID string, payload []byte, err error) {
	for _, pair := range p.Pairs {
		verifier, err := dsse.NewEnvelopeVerifier(pair.Key)
		if err != nil {
			return "", nil, fmt.Errorf("verify an envelope: %w", err)
		}
		if _, payload, err := verifier.VerifyAndDecode(ctx, envelope); err == nil {
			return pair.Key.id, payload, nil
		}
	}
	return "", nil, refuse("no trusted signer has signed it as it is: it was changed, or its key is another (%s)",
		hint(envelope))
}

func hint(envelope *dsse.Envelope) string {
	var ids []string
	for _, s := range envelope.Signatures {
		ids = append(ids, s.KeyID)
	}
	return "it names " + strings.Join(ids, ", ")
}

// subjects holds what a statement is about against what it must be about.
func (p Policy) subjects(statement *intoto.Statement) (Subjects, error) {
	got := Subjects{}
	for _, s := range statement.GetSubject() {
		if _, twice := got[s.GetName()]; twice || len(s.GetDigest()) != 1 {
			return nil, refuse("it names %s twice or with several digests", s.GetName())
		}
		for algorithm, value := range s.GetDigest() {
			got[s.GetName()] = algorithm + ":" + value
		}
	}
	for _, name := range p.Subjects.names() {
		is, there := got[name]
		switch want := p.Subjects[name]; {
		case name == subjectCommit && !there: // it was signed where no commit was known
		case strings.HasPrefix(name, subjectSuite): // another build of the same version may verify
			if !there {
				return nil, refuse("it is of another suite, not of %s", strings.TrimPrefix(name, subjectSuite))
			}
		case !there:
			return nil, refuse("it says nothing of %s", name)
		case is != want:
			return nil, refuse("it is of another %s: %s, want %s", name, is, want)
		}
	}
	for _, name := range got.names() {
		if _, known := p.Subjects[name]; !known && name != subjectCommit && !strings.HasPrefix(name, subjectSuite) {
			return nil, refuse("it is about %s too, which the verdict does not name", name)
		}
	}
	return got, nil
}

func (p Policy) result(o opened) error {
	tests := &testresult.TestResult{}
	if err := protojson.Unmarshal(o.predicate, tests); err != nil {
		return refuse("its test result cannot be read: %v", err)
	}
	if want := result(p.Result); tests.GetResult() != want {
		return refuse("its test result is %q, and the verdict makes it %s", tests.GetResult(), want)
	}
	if tests.GetResult() == passed && len(tests.GetFailedTests()) > 0 {
		return refuse("its test result is PASSED, and %s failed", strings.Join(tests.GetFailedTests(), ", "))
	}
	return nil
}

func (p Policy) summary(o opened, tests string) (Attested, error) {
	s := &summary.VerificationSummary{}
	if err := protojson.Unmarshal(o.predicate, s); err != nil {
		return Attested{}, refuse("its verification summary cannot be read: %v", err)
	}
	verifier := s.GetVerifier().GetId()
	if !slices.ContainsFunc(p.Pairs, func(x Pair) bool { return x.Key.id == o.keyID && x.Verifier == verifier }) {
		return Attested{}, refuse("its signer %.12s… is not trusted to speak for the verifier %q", o.keyID, verifier)
	}
	allowed := p.Allowances != "" && s.GetVerificationResult() == passed &&
		s.GetPolicy().GetDigest()["sha256"] == strings.TrimPrefix(p.Allowances, "sha256:")
	if want := result(p.Result); s.GetVerificationResult() != want && !allowed {
		return Attested{}, refuse("its verification result is %q, and the verdict makes it %s", s.GetVerificationResult(),
			want)
	}
	if want := resourceURI(p.Subjects); s.GetResourceUri() != want {
		return Attested{}, refuse("it is of the resource %q, want %s", s.GetResourceUri(), want)
	}
	inputs := s.GetInputAttestations()
	if len(inputs) != 1 || inputs[0].GetDigest()["sha256"] != strings.TrimPrefix(tests, "sha256:") {
		return Attested{}, refuse("its verification summary does not rest on its test result: they come from different runs")
	}
	if s.GetTimeVerified() == nil || !s.GetTimeVerified().IsValid() {
		return Attested{}, refuse("it does not say when it was made")
	}
	at := s.GetTimeVerified().AsTime()
	switch age := p.Now.Sub(at); {
	case age < -clockSkew:
		return Attested{}, refuse("it is of %s, which is to come", at.Format(time.RFC3339))
	case p.MaxAge > 0 && age > p.MaxAge:
		return Attested{}, refuse("it is %s old, and at most %s are accepted; run the gate again", age.Round(time.Second),
			p.MaxAge)
	}
	return Attested{o.keyID, verifier, at, strings.TrimPrefix(o.subjects[subjectCommit], commitAlgorithm+":")}, nil
}
