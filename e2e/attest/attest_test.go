package attest_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/edgeproof/edgeproof/e2e/attest"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

const otherVerifier = "https://example.org/other-gate"

func today() time.Time { return time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC) }

// run is a signed decision and what it is held against.
type run struct {
	key, second  attest.PrivateKey
	decision     attest.Decision
	policy       attest.Policy
	file         []byte
	image, suite string
}

func aRun(t *testing.T) *run {
	t.Helper()
	_, first, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	key, second := privateKey(t, first), stranger(t)
	v := verdicttest.Upgraded()
	v.Bundle.Digest, v.Apps.Digest, v.Baseline.Digest = attest.Digest([]byte("bundle")), attest.Digest([]byte("apps")),
		attest.Digest([]byte("baseline"))
	for n := range v.Bundle.Images {
		v.Bundle.Images[n].Digest = attest.Digest([]byte(v.Bundle.Images[n].Name))
	}
	raw, err := json.Marshal(v)
	must(t, err)
	subjects := func() attest.Subjects {
		return attest.SubjectsOf(v, raw, strings.Repeat("a", 40), attest.Digest([]byte("program")))
	}
	r := &run{
		key: key, second: second,
		decision: attest.Decision{
			Verdict: v, Subjects: subjects(), Verifier: attest.DefaultVerifier, Time: today(),
			Promote: true,
		},
		policy: attest.Policy{
			Pairs: []attest.Pair{
				{Key: key.PublicKey, Verifier: attest.DefaultVerifier},
				{Key: second.PublicKey, Verifier: otherVerifier},
			},
			Subjects: subjects(), Result: v.Result, MaxAge: 24 * time.Hour, Now: today().Add(time.Minute),
		},
		image: "image " + v.Bundle.Images[0].Name, suite: "suite " + v.Suite.Version,
	}
	r.file = signed(t, key, r.decision)
	return r
}

func (r *run) line(n int) []byte { return bytes.Clone(lineOf(r.file)[n]) }

func TestASignedDecisionIsAccepted(t *testing.T) {
	t.Parallel()
	r := aRun(t)
	got, err := attest.Verify(t.Context(), r.file, r.policy)
	must(t, err)
	id, _ := r.key.KeyID()
	if got.KeyID != id || got.Verifier != attest.DefaultVerifier || !got.Time.Equal(today()) ||
		got.Commit != strings.Repeat("a", 40) {
		t.Errorf("accepted %+v", got)
	}
	// ECDSA, for its own verifier, of a bundle whose commit is not known here, by another build of the same suite.
	r.decision.Verifier = otherVerifier
	r.decision.Subjects[r.suite] = attest.Digest([]byte("another build"))
	file := signed(t, r.second, r.decision)
	delete(r.policy.Subjects, "bundle commit")
	if got, err := attest.Verify(t.Context(), file, r.policy); err != nil || got.Verifier != otherVerifier {
		t.Errorf("accepted %+v, %v", got, err)
	}
	// A decision that a bundle may not be promoted is signed too.
	r.decision.Verdict.Result, r.policy.Result, r.decision.Promote = verdict.Fail, verdict.Fail, false
	if _, err := attest.Verify(t.Context(), signed(t, r.second, r.decision), r.policy); err != nil {
		t.Errorf("a failed run: %v", err)
	}
	// One that may be promoted by allowances holds with these allowances only.
	r.decision.Promote, r.decision.Allowances = true, attest.Digest([]byte("allowances"))
	file = signed(t, r.second, r.decision)
	if _, err := attest.Verify(t.Context(), file, r.policy); err == nil {
		t.Error("promoted by allowances that are not in force")
	}
	r.policy.Allowances = attest.Digest([]byte("allowances"))
	if _, err := attest.Verify(t.Context(), file, r.policy); err != nil {
		t.Errorf("promoted by allowances: %v", err)
	}
}

// go-securesystemslib's own verifier, without anything of this package but the keys, accepts both envelopes.
func TestEnvelopesAreDSSE(t *testing.T) {
	t.Parallel()
	r := aRun(t)
	for n, key := range []attest.PublicKey{r.key.PublicKey, r.key.PublicKey} {
		verifier, err := dsse.NewEnvelopeVerifier(key)
		must(t, err)
		if accepted, err := verifier.Verify(t.Context(), parsed(t, r.line(n))); err != nil || len(accepted) != 1 {
			t.Errorf("envelope %d: %v, %v", n, accepted, err)
		}
	}
}

func TestKeysOfTheWrongKindAreRefused(t *testing.T) {
	t.Parallel()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	wide, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	must(t, err)
	good, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	for name, tc := range map[string]struct {
		text    []byte
		private bool
		says    string
	}{
		"a private key as signer": {privatePEM(t, good), false, "keep private keys where decisions are signed"},
		"a public key to sign by": {publicPEM(t, good.Public()), true, "want an unencrypted PRIVATE KEY"},
		"RSA": {publicPEM(t, rsaKey.Public()), false, "a *rsa.PublicKey is not supported; give an " +
			"Ed25519 key"},
		"RSA to sign by":    {privatePEM(t, rsaKey), true, "a *rsa.PublicKey is not supported"},
		"another curve":     {publicPEM(t, wide.Public()), false, "ECDSA key on P-384"},
		"no PEM":            {[]byte("ssh-ed25519 AAAA"), false, "it is no PEM"},
		"no PEM to sign by": {[]byte("{}"), true, "it is no PEM"},
		"an encrypted private key": {
			pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte{1}}), true,
			"ENCRYPTED PRIVATE KEY",
		},
		"damaged": {
			pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte{1, 2}}), false,
			"read the signer's key",
		},
	} {
		var err error
		if tc.private {
			_, err = attest.ReadPrivateKey(tc.text)
		} else {
			_, err = attest.ReadPublicKey(tc.text)
		}
		if err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want %q", name, err, tc.says)
		}
	}
	if _, err := attest.ReadPublicKey(publicPEM(t, good.Public())); err != nil {
		t.Errorf("a good key: %v", err)
	}
}

func TestWhatHasNoDigestIsNotSigned(t *testing.T) {
	t.Parallel()
	r := aRun(t)
	r.decision.Subjects["bundle"] = ""
	if _, err := attest.Sign(t.Context(), r.key, r.decision); err == nil ||
		!strings.Contains(err.Error(), `bundle has the digest ""`) {
		t.Errorf("signed: %v", err)
	}
}

func signed(t *testing.T, key attest.PrivateKey, d attest.Decision) []byte {
	t.Helper()
	file, err := attest.Sign(t.Context(), key, d)
	must(t, err)
	return file
}

func lineOf(file []byte) [][]byte { return bytes.Split(bytes.TrimSpace(file), []byte("\n")) }

func lines(all ...[]byte) []byte { return append(bytes.Join(all, []byte("\n")), '\n') }

func parsed(t *testing.T, line []byte) *dsse.Envelope {
	t.Helper()
	var e dsse.Envelope
	must(t, json.Unmarshal(line, &e))
	return &e
}

func decoded(t *testing.T, e *dsse.Envelope) []byte {
	t.Helper()
	payload, err := e.DecodeB64Payload()
	must(t, err)
	return payload
}

func privatePEM(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func publicPEM(t *testing.T, key crypto.PublicKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	must(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func privateKey(t *testing.T, key any) attest.PrivateKey {
	t.Helper()
	k, err := attest.ReadPrivateKey(privatePEM(t, key))
	must(t, err)
	return k
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
