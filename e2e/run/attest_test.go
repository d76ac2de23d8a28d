package run

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/e2e/attest"
	"github.com/edgeproof/edgeproof/e2e/gate"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

// keys writes a pair of keys and returns their files.
func keys(t *testing.T) (private, public string) {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pubDER, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	private, public = filepath.Join(dir, "gate.pem"), filepath.Join(dir, "gate.pub")
	write(t, private, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})))
	write(t, public, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pubDER})))
	return private, public
}

// signable is a verdict whose digests are real ones.
func signable() *verdict.Verdict {
	v := verdicttest.Passing()
	v.Bundle.Digest, v.Apps.Digest = attest.Digest([]byte("bundle")), attest.Digest([]byte("apps"))
	for n := range v.Bundle.Images {
		v.Bundle.Images[n].Digest = attest.Digest([]byte(v.Bundle.Images[n].Name))
	}
	return v
}

func TestAVerdictIsSignedAndItsSignatureLookedAt(t *testing.T) {
	t.Parallel()
	private, public := keys(t)
	_, other := keys(t)
	now := time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)
	unsigned := Verification{Verdict: saved(t, signable()), Bundle: t.TempDir(), Now: now}
	good := unsigned
	good.Verdict = saved(t, signable())
	good.Signing = Signing{KeyFile: private, Verifier: attest.DefaultVerifier}
	v, raw, err := verdictAndBytes(good.Verdict)
	if err != nil {
		t.Fatal(err)
	}
	if err := good.sign(t.Context(), v, raw, gate.Decision{Outcome: gate.Promote}); err != nil {
		t.Fatal(err)
	}
	edited := append([]byte("\n"), raw...)
	for name, tc := range map[string]struct {
		o     Verification
		trust Trust
		raw   []byte
		note  string // what is noted, or
		says  string // why it is refused
	}{
		"signed": {
			good,
			Trust{Signers: []string{public}, Require: true, MaxAge: time.Hour},
			raw,
			"signed at 2026-03-05T12:00:00Z for " + attest.DefaultVerifier, "",
		},
		"no signer is trusted": {good, Trust{}, raw, "", ""},
		"for another verifier": {
			good,
			Trust{Signers: []string{public + "=https://example.org/gate"}},
			raw, "",
			"is not trusted to speak for the verifier",
		},
		"by another": {
			good,
			Trust{Signers: []string{other}},
			raw, "",
			"no trusted signer has signed it",
		},
		"by one of two": {good, Trust{Signers: []string{other, public}}, raw, "signed at", ""},
		"of another verdict": {
			good,
			Trust{Signers: []string{public}},
			edited, "",
			"it is of another verdict.json",
		},
		"not signed": {
			unsigned,
			Trust{Signers: []string{public}},
			raw, "the verdict is not signed",
			"",
		},
		"not signed, and it must be": {
			unsigned,
			Trust{Signers: []string{public}, Require: true},
			raw, "",
			"the verdict is not signed",
		},
		"it must be, without a signer": {good, Trust{Require: true}, raw, "", "give --signer"},
		"an age, without a signer":     {good, Trust{MaxAge: time.Hour}, raw, "", "give --signer"},
		"the private key as signer": {
			good,
			Trust{Signers: []string{private}},
			raw, "",
			"keep private keys where decisions are signed",
		},
		"no such key": {good, Trust{Signers: []string{"/nowhere"}}, raw, "", "give --signer FILE"},
		"another file that is not signed": {
			good,
			Trust{Signers: []string{public}, File: good.Verdict},
			raw, "",
			"is refused",
		},
	} {
		note, err := tc.trust.look(t.Context(), tc.o, v, tc.raw)
		if !strings.Contains(message(err), tc.says) || (err == nil) != (tc.says == "") || !strings.Contains(note, tc.note) ||
			(note == "") != (tc.note == "") {
			t.Errorf("%s: %q, %v; want %q, %q", name, note, err, tc.note, tc.says)
		}
	}
	good.Now = now.Add(2 * time.Hour)
	if _, err := (Trust{Signers: []string{public}, MaxAge: time.Hour}).look(t.Context(), good, v,
		raw); !strings.Contains(message(err), "at most 1h0m0s are accepted") {
		t.Errorf("too old: %v", err)
	}
}

func TestWhatCannotBeJudgedIsNotSigned(t *testing.T) {
	t.Parallel()
	private, public := keys(t)
	o := Verification{Verdict: saved(t, signable()), Bundle: t.TempDir(), Signing: Signing{KeyFile: private}}
	v, raw, err := verdictAndBytes(o.Verdict)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.sign(t.Context(), v, raw, gate.Decision{Outcome: gate.CannotJudge}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(attest.FileOf(o.Verdict)); err == nil {
		t.Error("it was signed")
	}
	for file, says := range map[string]string{
		public:     "want an unencrypted PRIVATE KEY",
		"/nowhere": "give --sign-key the file",
	} {
		if _, err := (Signing{KeyFile: file}).Key(); !strings.Contains(message(err), says) {
			t.Errorf("key %s: %v, want %q", file, err, says)
		}
	}
}

func TestARunIsConcluded(t *testing.T) {
	t.Parallel()
	private, public := keys(t)
	v := signable()
	o := Options{Artifacts: filepath.Dir(saved(t, v))}
	a := After{Signing: Signing{KeyFile: private, Verifier: attest.DefaultVerifier}, FailOn: []string{"eol"}}
	now := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	blocked, err := a.Conclude(t.Context(), o, &out, now)
	if err != nil || !blocked || !strings.Contains(out.String(), "✗ cert-manager 1.19.3: end of life since 2026-07-08") ||
		!strings.Contains(out.String(), "note: cert-manager 1.19.3: GHSA") {
		t.Errorf("blocked %t, %v:\n%s", blocked, err, out.String())
	}
	// The signed decision is a block, which cannot be passed off as a promotion.
	file := filepath.Join(o.Artifacts, "verdict.json")
	_, raw, err := verdictAndBytes(file)
	if err != nil {
		t.Fatal(err)
	}
	verification := Verification{Verdict: file, Bundle: t.TempDir(), Now: now}
	if _, err := (Trust{Signers: []string{public}}).look(t.Context(), verification, v,
		raw); !strings.Contains(message(err), `its verification result is "FAILED"`) {
		t.Errorf("a decision to hold: %v", err)
	}
	a.FailOn = nil
	if blocked, err := a.Conclude(t.Context(), o, &out, now); err != nil || blocked {
		t.Errorf("blocked %t, %v", blocked, err)
	}
	if _, err := (Trust{Signers: []string{public}}).look(t.Context(), verification, v, raw); err != nil {
		t.Errorf("a promotion: %v", err)
	}
	if err := (After{FailOn: []string{"age"}}).Check(); !strings.Contains(message(err), "--fail-on=age is unknown") {
		t.Errorf("an unknown kind: %v", err)
	}
}
