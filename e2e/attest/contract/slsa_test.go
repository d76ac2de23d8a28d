package contract

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/slsa-framework/slsa-verifier/v2/options"
	"github.com/slsa-framework/slsa-verifier/v2/verifiers"

	"github.com/edgeproof/edgeproof/e2e/attest"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

// asked is what slsa-verifier is asked; by default what is true of the summary.
type asked struct {
	digests       []string
	verifier, uri string
	levels        []string
	key           crypto.PublicKey
	line          []byte
}

func TestSLSAVerifierAcceptsTheSummary(t *testing.T) {
	t.Parallel()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	for name, tc := range map[string]struct {
		key    crypto.Signer
		change func(*asked)
		says   string // empty: it is accepted
	}{
		"ECDSA":   {ec, func(*asked) {}, ""},
		"Ed25519": {ed, func(*asked) {}, ""},
		"another bundle": {
			ec, func(a *asked) { a.digests = []string{attest.Digest([]byte("another"))} },
			"expected digest not found",
		},
		"another verifier": {ec, func(a *asked) { a.verifier = "https://example.org/gate" }, "verifier ID mismatch"},
		"another resource": {ec, func(a *asked) { a.uri = "urn:other" }, "resource URI mismatch"},
		"another level":    {ec, func(a *asked) { a.levels = []string{"OTHER"} }, "expected verified level not found"},
		"another key":      {ec, func(a *asked) { a.key = ed.Public() }, "no valid signature"},
		"an edited line": {ec, func(a *asked) {
			a.line = bytes.Replace(a.line, []byte(`"payload":"e`),
				[]byte(`"payload":"f`), 1)
		}, "no valid signature"},
	} {
		v := verdicttest.Passing()
		v.Bundle.Digest = attest.Digest([]byte("bundle"))
		for n := range v.Bundle.Images {
			v.Bundle.Images[n].Digest = attest.Digest([]byte(v.Bundle.Images[n].Name))
		}
		der, err := x509.MarshalPKCS8PrivateKey(tc.key)
		must(t, err)
		key, err := attest.ReadPrivateKey(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
		must(t, err)
		file, err := attest.Sign(t.Context(), key, attest.Decision{
			Verdict: v, Subjects: attest.SubjectsOf(v, []byte("{}"), strings.Repeat("a", 40), ""),
			Verifier: attest.DefaultVerifier, Time: time.Now(), Promote: true,
		})
		must(t, err)
		a := asked{
			digests:  []string{v.Bundle.Digest, attest.Digest([]byte("{}")), "gitCommit:" + strings.Repeat("a", 40)},
			verifier: attest.DefaultVerifier, uri: "urn:edgeproof:bundle:" +
				v.Bundle.Digest, levels: []string{"EDGEPROOF_PROMOTE"},
			key: tc.key.Public(), line: bytes.Split(file, []byte("\n"))[1],
		}
		tc.change(&a)
		id, err := key.KeyID()
		must(t, err)
		_, err = verifiers.VerifyVSA(
			t.Context(), a.line,
			&options.VSAOpts{
				ExpectedDigests: &a.digests, ExpectedVerifierID: &a.verifier, ExpectedResourceURI: &a.uri,
				ExpectedVerifiedLevels: &a.levels,
			},
			&options.VerificationOpts{PublicKey: a.key, PublicKeyID: &id, PublicKeyHashAlgo: crypto.SHA256},
		)
		if (err != nil) != (tc.says != "") || (err != nil && !strings.Contains(err.Error(), tc.says)) {
			t.Errorf("%s: %v, want %q", name, err, tc.says)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
