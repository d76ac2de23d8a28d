package attest_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/edgeproof/edgeproof/e2e/attest"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// forged is one attempt to have something accepted that was not decided, or not of this.
type forged struct {
	name   string
	change func(t *testing.T, r *run) []byte // the file that is presented
	says   string
}

func forgeries() []forged {
	return []forged{
		{"nothing at all", func(*testing.T, *run) []byte { return nil }, "it has 0 lines, want 2"},
		{
			"truncated in the middle", func(_ *testing.T, r *run) []byte { return r.file[:len(r.file)-200] },
			"the file is truncated or was edited",
		},
		{
			"the summary is cut off", func(_ *testing.T, r *run) []byte { return append(r.line(0), '\n') },
			"it has 1 lines, want 2",
		},
		{
			"a third envelope", func(_ *testing.T, r *run) []byte { return lines(r.line(0), r.line(1), r.line(1)) },
			"it has 3 lines, want 2",
		},
		{
			"the two in the wrong order", func(_ *testing.T, r *run) []byte { return lines(r.line(1), r.line(0)) },
			"a statement has the predicate",
		},
		{
			"twice the test result", func(_ *testing.T, r *run) []byte { return lines(r.line(0), r.line(0)) },
			"a statement has the predicate",
		},
		{"the payload was edited", func(t *testing.T, r *run) []byte {
			return lines(r.line(0), r.edited(t, 1, func(e *dsse.Envelope) {
				e.Payload = base64.StdEncoding.EncodeToString(append(decoded(t, e), ' '))
			}))
		}, "no trusted signer has signed it as it is"},
		{"without a signature", func(t *testing.T, r *run) []byte {
			return lines(r.line(0), r.edited(t, 1, func(e *dsse.Envelope) { e.Signatures = nil }))
		}, "an envelope has no signature"},
		{"an empty signature", func(t *testing.T, r *run) []byte {
			return lines(r.line(0), r.edited(t, 1, func(e *dsse.Envelope) { e.Signatures[0].Sig = "" }))
		}, "no trusted signer"},
		{"the signature of the other envelope", func(t *testing.T, r *run) []byte {
			return lines(r.line(0), r.edited(t, 1, func(e *dsse.Envelope) { e.Signatures = parsed(t, r.line(0)).Signatures }))
		}, "no trusted signer"},
		{"a signature of the payload alone", func(t *testing.T, r *run) []byte {
			return lines(r.line(0), r.edited(t, 1, func(e *dsse.Envelope) {
				sig, err := r.key.Sign(t.Context(), decoded(t, e))
				must(t, err)
				e.Signatures[0].Sig = base64.StdEncoding.EncodeToString(sig)
			}))
		}, "no trusted signer"},
		{"another payload type", func(t *testing.T, r *run) []byte {
			return lines(r.line(0), r.edited(t, 1, func(e *dsse.Envelope) { e.PayloadType = "application/json" }))
		}, `the payload is "application/json"`},
		{
			"by a key that is not trusted", func(t *testing.T, r *run) []byte { return signed(t, stranger(t), r.decision) },
			"no trusted signer",
		},
		{"by a stranger under a trusted key's id", func(t *testing.T, r *run) []byte {
			file := lineOf(signed(t, stranger(t), r.decision))
			id, _ := r.key.KeyID()
			borrow := func(e *dsse.Envelope) { e.Signatures[0].KeyID = id }
			return lines(edited(t, file[0], borrow), edited(t, file[1], borrow))
		}, "no trusted signer"},
		{"by two trusted keys", func(t *testing.T, r *run) []byte {
			return lines(r.line(0), lineOf(signed(t, r.second, r.decision))[1])
		}, "signed by different keys"},
		{"for a verifier that the signer does not speak for", func(t *testing.T, r *run) []byte {
			r.decision.Verifier = otherVerifier
			return signed(t, r.key, r.decision)
		}, `is not trusted to speak for the verifier "https://example.org/other-gate"`},
		{"a statement of another type", func(t *testing.T, r *run) []byte {
			return lines(r.restated(t, 0, `"_type":"https://in-toto.io/Statement/v1"`,
				`"_type":"https://in-toto.io/Statement/v0.1"`), r.line(1))
		}, "the statement is of type"},
		{"another predicate", func(t *testing.T, r *run) []byte {
			return lines(r.restated(t, 0, "https://in-toto.io/attestation/test-result/v0.1", "https://slsa.dev/provenance/v1"),
				r.line(1))
		}, `a statement has the predicate "https://slsa.dev/provenance/v1"`},
		{"signed, and no statement", func(t *testing.T, r *run) []byte {
			return lines(r.signedText(t, `["PASSED"]`),
				r.line(1))
		}, "no in-toto statement"},
		{"of another verdict", func(t *testing.T, r *run) []byte {
			r.decision.Subjects["verdict.json"] = attest.Digest([]byte("another"))
			return signed(t, r.key, r.decision)
		}, "it is of another verdict.json"},
		{"of another bundle", func(t *testing.T, r *run) []byte {
			r.decision.Subjects["bundle"] = attest.Digest([]byte("another"))
			return signed(t, r.key, r.decision)
		}, "it is of another bundle"},
		{"of another commit", func(t *testing.T, r *run) []byte {
			r.decision.Subjects["bundle commit"] = "gitCommit:" + strings.Repeat("b", 40)
			return signed(t, r.key, r.decision)
		}, "it is of another bundle commit"},
		{"of another baseline", func(t *testing.T, r *run) []byte {
			r.decision.Subjects["baseline"] = attest.Digest([]byte("another"))
			return signed(t, r.key, r.decision)
		}, "it is of another baseline"},
		{"an image less", func(t *testing.T, r *run) []byte {
			delete(r.decision.Subjects, r.image)
			return signed(t, r.key, r.decision)
		}, "it says nothing of image "},
		{"an image of another digest", func(t *testing.T, r *run) []byte {
			r.decision.Subjects[r.image] = attest.Digest([]byte("another"))
			return signed(t, r.key, r.decision)
		}, "it is of another image "},
		{"an image more", func(t *testing.T, r *run) []byte {
			r.decision.Subjects["image docker.io/library/nginx:latest"] = attest.Digest([]byte("x"))
			return signed(t, r.key, r.decision)
		}, "it is about image docker.io/library/nginx:latest too"},
		{"of another suite", func(t *testing.T, r *run) []byte {
			r.decision.Subjects["suite v9.9.9"] = r.decision.Subjects[r.suite]
			delete(r.decision.Subjects, r.suite)
			return signed(t, r.key, r.decision)
		}, "it is of another suite"},
		{"a subject with two digests", func(t *testing.T, r *run) []byte {
			return lines(r.restated(t, 0, `"digest":{"sha256"`, `"digest":{"sha512":"`+strings.Repeat("0", 128)+`","sha256"`),
				r.line(1))
		}, "twice or with several digests"},
		{"passed, where the verdict failed", func(_ *testing.T, r *run) []byte {
			r.policy.Result = verdict.Fail
			return r.file
		}, `its test result is "PASSED", and the verdict makes it FAILED`},
		{"a test result that failed beside a summary that passed", func(t *testing.T, r *run) []byte {
			return lines(r.restated(t, 0, `"result":"PASSED"`, `"result":"FAILED"`), r.line(1))
		}, `its test result is "FAILED"`},
		{"a summary that failed beside a test result that passed", func(t *testing.T, r *run) []byte {
			return lines(r.line(0), r.restated(t, 1, `"verificationResult":"PASSED"`, `"verificationResult":"FAILED"`))
		}, `its verification result is "FAILED"`},
		{"the summary of another run", func(t *testing.T, r *run) []byte {
			r.decision.Verdict.Criteria[0].Result = verdict.Flaky
			return lines(r.line(0), lineOf(signed(t, r.key, r.decision))[1])
		}, "they come from different runs"},
		{"for another resource", func(t *testing.T, r *run) []byte {
			return lines(r.line(0), r.restated(t, 1, "urn:edgeproof:bundle:", "urn:other:bundle:"))
		}, "it is of the resource"},
		{"replayed after its time", func(_ *testing.T, r *run) []byte {
			r.policy.Now = r.policy.Now.Add(25 * time.Hour)
			return r.file
		}, "it is 25h1m0s old, and at most 24h0m0s are accepted"},
		{"made ahead of time", func(t *testing.T, r *run) []byte {
			r.decision.Time = r.decision.Time.Add(time.Hour)
			return signed(t, r.key, r.decision)
		}, "which is to come"},
		{"without a time", func(t *testing.T, r *run) []byte {
			return lines(r.line(0), r.restated(t, 1, `"timeVerified":"2026-03-05T12:00:00Z",`, ""))
		}, "it does not say when it was made"},
		{"with no signer trusted", func(_ *testing.T, r *run) []byte {
			r.policy.Pairs = nil
			return r.file
		}, "no signer is trusted"},
	}
}

func TestForgeriesAreRefused(t *testing.T) {
	t.Parallel()
	for _, f := range forgeries() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			r := aRun(t)
			file := f.change(t, r)
			got, err := attest.Verify(t.Context(), file, r.policy)
			var refused *attest.RefusedError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), f.says) {
				t.Errorf("accepted %+v, %v; want a refusal with %q", got, err, f.says)
			}
		})
	}
	if n := len(forgeries()); n < 20 {
		t.Errorf("%d forgeries, want 20 at least", n)
	}
}

// edited changes an envelope and does not sign it again.
func edited(t *testing.T, line []byte, change func(*dsse.Envelope)) []byte {
	t.Helper()
	e := parsed(t, line)
	change(e)
	out, err := json.Marshal(e)
	must(t, err)
	return out
}

func (r *run) edited(t *testing.T, n int, change func(*dsse.Envelope)) []byte {
	t.Helper()
	return edited(t, r.line(n), change)
}

// restated is what a trusted signer would have signed, had the statement been another.
func (r *run) restated(t *testing.T, n int, old, replacement string) []byte {
	t.Helper()
	statement := decoded(t, parsed(t, r.line(n)))
	var compact bytes.Buffer
	must(t, json.Compact(&compact, statement))
	text := strings.Replace(compact.String(), old, replacement, 1)
	if text == compact.String() {
		t.Fatalf("the statement has no %s: %s", old, text)
	}
	return r.signedText(t, text)
}

func (r *run) signedText(t *testing.T, text string) []byte {
	t.Helper()
	signer, err := dsse.NewEnvelopeSigner(r.key)
	must(t, err)
	e, err := signer.SignPayload(t.Context(), "application/vnd.in-toto+json", []byte(text))
	must(t, err)
	out, err := json.Marshal(e)
	must(t, err)
	return out
}

func stranger(t *testing.T) attest.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return privateKey(t, key)
}
