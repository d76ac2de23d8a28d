package acme

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"

	pebble "github.com/letsencrypt/pebble/v2/acme"
	"github.com/letsencrypt/pebble/v2/core"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Sign issues a certificate without an order: as one that was issued earlier and comes out of a backup. Nothing is
// validated. It returns the chain as PEM, the leaf first; it is of the classic profile.
func (a *Authority) Sign(request *x509.CertificateRequest, v Validity) ([]byte, error) {
	v, err := v.complete()
	if err != nil {
		return nil, fmt.Errorf("sign certificate: %w", err)
	}
	if len(request.DNSNames) == 0 {
		return nil, errors.New("sign certificate: the request has no DNS name")
	}
	if err := request.CheckSignature(); err != nil {
		return nil, fmt.Errorf("sign certificate: %w", err)
	}
	start := time.Now()
	order := &core.Order{Order: pebble.Order{Profile: Classic}, ParsedCSR: request, BeganProcessing: true}
	order.NotBefore, order.NotAfter = v.dates()
	a.ca.CompleteOrder(order)
	if order.CertificateObject == nil {
		return nil, errors.New("sign certificate: pebble issued none")
	}
	a.journal.Record(api.JournalEntry{
		Time:    start,
		Source:  api.SourceACME,
		Op:      "sign",
		Outcome: "200",
		Detail: map[string]string{
			"authority": a.name,
			"names":     strings.Join(request.DNSNames, " "),
			"notAfter":  order.NotAfter,
		},
		Millis: float64(time.Since(start).Microseconds()) / 1000,
	})
	return order.CertificateObject.Chain(0), nil
}
