package attest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	testresult "github.com/in-toto/attestation/go/predicates/test_result/v0"
	summary "github.com/in-toto/attestation/go/predicates/vsa/v1"
	intoto "github.com/in-toto/attestation/go/v1"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Decision is what is signed.
type Decision struct {
	Verdict  *verdict.Verdict
	Subjects Subjects
	Verifier string // who decided, as a URI
	Time     time.Time
	Promote  bool // what was decided, by the verdict's evidence and the allowances
	// Allowances is the digest of the file of allowances by which it was decided; empty where there were none.
	Allowances string
}

// Sign attests a decision: a test result first, then the verification summary that rests on it, one envelope a line.
func Sign(ctx context.Context, key PrivateKey, d Decision) ([]byte, error) {
	if err := d.Subjects.check(); err != nil {
		return nil, err
	}
	tests, err := envelope(ctx, key, d.Subjects, testResultType, d.testResult())
	if err != nil {
		return nil, err
	}
	summed, err := envelope(ctx, key, d.Subjects, summaryType, d.summary(Digest(tests)))
	if err != nil {
		return nil, err
	}
	return append(bytes.Join([][]byte{tests, summed}, []byte("\n")), '\n'), nil
}

func (d Decision) testResult() *testresult.TestResult {
	out := &testresult.TestResult{
		Result:        result(d.Verdict.Result),
		Configuration: []*intoto.ResourceDescriptor{{Name: subjectVerdict, Digest: digestSet(d.Subjects[subjectVerdict])}},
	}
	note := func(id string, r verdict.Result) {
		switch r {
		case verdict.Passed:
			out.PassedTests = append(out.PassedTests, id)
		case verdict.Flaky:
			out.WarnedTests = append(out.WarnedTests, id)
		default:
			out.FailedTests = append(out.FailedTests, id)
		}
	}
	for _, c := range d.Verdict.Criteria {
		note(string(c.ID), c.Result)
	}
	for _, f := range d.Verdict.Faults {
		note(f.ID, f.Result)
	}
	return out
}

func (d Decision) summary(tests string) *summary.VerificationSummary {
	out := &summary.VerificationSummary{
		Verifier:           &summary.VerificationSummary_Verifier{Id: d.Verifier},
		TimeVerified:       timestamppb.New(d.Time.UTC().Truncate(time.Second)),
		ResourceUri:        resourceURI(d.Subjects),
		Policy:             &summary.VerificationSummary_Policy{Uri: policyURI},
		InputAttestations:  []*summary.VerificationSummary_InputAttestation{{Uri: testResultType, Digest: digestSet(tests)}},
		VerificationResult: passed,
		VerifiedLevels:     []string{levelPromote},
		SlsaVersion:        slsaVersion,
	}
	if d.Allowances != "" {
		out.Policy.Digest = digestSet(d.Allowances)
	}
	if !d.Promote {
		out.VerificationResult, out.VerifiedLevels = failed, []string{failed}
	}
	return out
}

// resourceURI names the bundle by what it renders to.
func resourceURI(s Subjects) string { return "urn:edgeproof:bundle:" + s[subjectBundle] }

// digestSet is a digest as in-toto has it.
func digestSet(digest string) map[string]string {
	algorithm, value, _ := strings.Cut(digest, ":")
	return map[string]string{algorithm: value}
}

// envelope signs a statement about the subjects.
func envelope(ctx context.Context, key PrivateKey, subjects Subjects, predicateType string,
	predicate proto.Message,
) ([]byte, error) {
	raw, err := protojson.Marshal(predicate)
	if err != nil {
		return nil, fmt.Errorf("attest: write predicate %s: %w", predicateType, err)
	}
	fields := &structpb.Struct{}
	if err := protojson.Unmarshal(raw, fields); err != nil {
		return nil, fmt.Errorf("attest: write predicate %s: %w", predicateType, err)
	}
	statement := &intoto.Statement{Type: statementType, PredicateType: predicateType, Predicate: fields}
	for _, name := range subjects.names() {
		statement.Subject = append(statement.Subject, &intoto.ResourceDescriptor{
			Name:   name,
			Digest: digestSet(subjects[name]),
		})
	}
	if err := statement.Validate(); err != nil {
		return nil, fmt.Errorf("attest: %s: %w", predicateType, err)
	}
	payload, err := protojson.Marshal(statement)
	if err != nil {
		return nil, fmt.Errorf("attest: write statement %s: %w", predicateType, err)
	}
	signer, err := dsse.NewEnvelopeSigner(key)
	if err != nil {
		return nil, fmt.Errorf("attest: sign %s: %w", predicateType, err)
	}
	signed, err := signer.SignPayload(ctx, payloadType, payload)
	if err != nil {
		return nil, fmt.Errorf("attest: sign %s: %w", predicateType, err)
	}
	line, err := json.Marshal(signed)
	if err != nil {
		return nil, fmt.Errorf("attest: write envelope %s: %w", predicateType, err)
	}
	return line, nil
}
