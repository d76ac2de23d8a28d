package attest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
)

// kinds is the end of each refusal of a key.
const kinds = "give an Ed25519 key or an ECDSA key on P-256, in PEM"

// PrivateKey signs.
type PrivateKey struct {
	PublicKey

	signer crypto.Signer
}

// PublicKey verifies. It is a Verifier of go-securesystemslib.
type PublicKey struct {
	key crypto.PublicKey
	id  string
}

// ReadPrivateKey reads a private key from PEM: PKCS #8, or an ECDSA key as SEC 1 has it.
func ReadPrivateKey(text []byte) (PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return PrivateKey{}, errors.New("read the signing key: it is no PEM; " + kinds)
	}
	var parsed any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		parsed, err = x509.ParseECPrivateKey(block.Bytes)
	default:
		return PrivateKey{}, fmt.Errorf("read the signing key: it is a %s, want an unencrypted PRIVATE KEY; %s", block.Type,
			kinds)
	}
	if err != nil {
		return PrivateKey{}, fmt.Errorf("read the signing key: %w; %s", err, kinds)
	}
	signer, ok := parsed.(crypto.Signer)
	if !ok {
		return PrivateKey{}, fmt.Errorf("read the signing key: a %T cannot sign; %s", parsed, kinds)
	}
	public, err := publicKey(signer.Public())
	return PrivateKey{public, signer}, err
}

// ReadPublicKey reads a public key from PEM (SubjectPublicKeyInfo).
func ReadPublicKey(text []byte) (PublicKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return PublicKey{}, errors.New("read the signer's key: it is no PEM; " + kinds)
	}
	if block.Type != "PUBLIC KEY" {
		return PublicKey{}, fmt.Errorf("read the signer's key: it is a %s, want a PUBLIC KEY; keep private keys where "+
			"decisions are signed", block.Type)
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return PublicKey{}, fmt.Errorf("read the signer's key: %w; %s", err, kinds)
	}
	return publicKey(parsed)
}

func publicKey(key crypto.PublicKey) (PublicKey, error) {
	switch k := key.(type) {
	case ed25519.PublicKey:
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P256() {
			return PublicKey{}, fmt.Errorf("read the key: it is an ECDSA key on %s; %s", k.Curve.Params().Name, kinds)
		}
	default:
		return PublicKey{}, fmt.Errorf("read the key: a %T is not supported; %s", key, kinds)
	}
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return PublicKey{}, fmt.Errorf("read the key: %w; %s", err, kinds)
	}
	sum := sha256.Sum256(der)
	return PublicKey{key, hex.EncodeToString(sum[:])}, nil
}

// Sign signs data.
func (k PrivateKey) Sign(_ context.Context, data []byte) ([]byte, error) {
	if _, is := k.key.(ed25519.PublicKey); is {
		return k.signer.Sign(rand.Reader, data, crypto.Hash(0))
	}
	sum := sha256.Sum256(data)
	return k.signer.Sign(rand.Reader, sum[:], crypto.SHA256)
}

// Verify verifies a signature of data.
func (k PublicKey) Verify(_ context.Context, data, signature []byte) error {
	ok := false
	switch key := k.key.(type) {
	case ed25519.PublicKey:
		ok = ed25519.Verify(key, data, signature)
	case *ecdsa.PublicKey:
		sum := sha256.Sum256(data)
		ok = ecdsa.VerifyASN1(key, sum[:], signature)
	}
	if !ok {
		return errors.New("the signature is not of this key")
	}
	return nil
}

// KeyID is the SHA-256 of the key's SubjectPublicKeyInfo.
func (k PublicKey) KeyID() (string, error) { return k.id, nil }

// Public is the key itself.
func (k PublicKey) Public() crypto.PublicKey { return k.key }
