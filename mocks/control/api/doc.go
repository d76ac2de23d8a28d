// Package api is the protocol of the fake internet's control side: the types that it sends and reads, its errors, and
// a client.
//
// It is all that the product may know of the fake internet, and it is the one definition of what both have words for:
// a zone, a record, a token, a journal entry, a fault. It must not import any other package of mocks, nor of e2e:
// requests and reports of the external client pass through it as JSON.
package api
