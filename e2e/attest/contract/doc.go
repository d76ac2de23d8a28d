// Package contract has the verifiers of others read what package attest writes. It is a module of its own: they
// are dependencies of these tests and not of edgeproof.
package contract
