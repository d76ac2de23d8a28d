package cloudflare

import (
	"errors"
	"net/http"
	"strconv"
	"sync"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

const (
	closeEnvelope = `,"success":true,"errors":[],"messages":[]`
	flushAt       = 256 << 10 // bytes; longer answers are streamed
	keepBuffer    = 1 << 20   // bytes; larger buffers go to the garbage collector
)

// buffers recycles the answers' memory.
type buffers struct{ pool sync.Pool }

func (p *buffers) get() *[]byte {
	if b, ok := p.pool.Get().(*[]byte); ok {
		*b = (*b)[:0]
		return b
	}
	b := make([]byte, 0, 4<<10)
	return &b
}

func (p *buffers) put(b *[]byte) {
	if cap(*b) <= keepBuffer {
		p.pool.Put(b)
	}
}

// succeed answers 200 with a result that encode appends. Creation is 200, too, not 201 [REC].
func (x *exchange) succeed(encode func([]byte) []byte) error {
	buf := x.buffers.get()
	defer x.buffers.put(buf)
	b := append(*buf, `{"result":`...)
	b = encode(b)
	b = append(b, closeEnvelope+"}"...)
	*buf = b
	x.send(http.StatusOK, b)
	return nil
}

func (x *exchange) succeedRecord(r *zone.Record) error {
	return x.succeed(func(b []byte) []byte { return appendRecord(b, r) })
}

func (x *exchange) send(status int, body []byte) {
	x.status = status
	x.w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body) // the client's loss when it is gone
}

// fail answers with an error's own status, code and words.
func (x *exchange) fail(err error) {
	refused, body := failure(err)
	x.code, x.tag, x.words = refused.Code, refused.Evidence, refused.Message
	x.send(refused.Status, body)
}

// Refuse is the body of a refusal in the gateway's envelope, for faults that are injected before the request
// reaches the server.
func Refuse(refused *zone.APIError) []byte {
	_, body := failure(&gatewayError{APIError: refused})
	return body
}

// failure encodes an error. Errors that are no refusals are this program's own faults.
func failure(err error) (*zone.APIError, []byte) {
	var refused *zone.APIError
	if !errors.As(err, &refused) {
		refused = &zone.APIError{
			Status:   http.StatusInternalServerError,
			Code:     codeAuth,
			Evidence: zone.Unverified,
			Message:  "Internal error: " + err.Error(),
		}
	}
	var gateway *gatewayError
	switch isGateway := errors.As(err, &gateway); {
	case isGateway && gateway.bare:
		return refused, append(appendErrors([]byte(`{"success":false,"errors":`), refused), '}')
	case isGateway:
		return refused, append(
			appendErrors([]byte(`{"success":false,"errors":`), refused),
			`,"messages":[],"result":null}`...)
	}
	return refused, append(
		appendErrors([]byte(`{"result":null,"success":false,"errors":`), refused),
		`,"messages":[]}`...)
}

func appendErrors(b []byte, errs ...*zone.APIError) []byte {
	b = append(b, '[')
	for i, e := range errs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"code":`...)
		b = strconv.AppendInt(b, int64(e.Code), 10)
		b = append(b, `,"message":`...)
		b = appendString(b, e.Message)
		if len(e.Chain) > 0 {
			chain := make([]*zone.APIError, len(e.Chain))
			for j := range e.Chain {
				chain[j] = &e.Chain[j]
			}
			b = append(b, `,"error_chain":`...)
			b = appendErrors(b, chain...)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}
