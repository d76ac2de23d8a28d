package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"time"
)

// The control API gives up a client that sends half a body and then no more.
func TestControlDoesNotWaitForASlowBody(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	read, ended := make(chan error, 1), make(chan error, 1)
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		read <- err
	})
	go func() { ended <- serveControl(ctx, l, handler, 100*time.Millisecond) }()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
	must(t, err)
	_, err = io.WriteString(conn, "POST /v1/zones HTTP/1.1\r\nHost: internet\r\nContent-Length: 100\r\n\r\n{\"name\":")
	must(t, err)
	if err := <-read; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("half a body was read: %v", err)
	}
	must(t, conn.Close())
	cancel()
	must(t, <-ended)
}
