package httpsfront_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/mocks/httpsfront"
)

// A client that sends half a body and then no more is given up, and one that waits long for its answer is not.
func TestASlowBodyIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	const patience = 100 * time.Millisecond
	read := make(chan error, 2)
	pki, err := httpsfront.NewPKI()
	if err != nil {
		t.Fatal(err)
	}
	f := httpsfront.New(pki, nil)
	f.BodyTimeout = patience
	f.Host("api.example.com", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		read <- err
		select {
		case <-time.After(2 * patience): // as an answer takes that is made to hang
			w.WriteHeader(http.StatusTeapot)
		case <-r.Context().Done():
		}
	}))
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- f.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	for name, h2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		client := &http.Client{Transport: &http.Transport{
			ForceAttemptHTTP2: h2,
			TLSClientConfig:   &tls.Config{RootCAs: pki.Roots(), MinVersion: tls.VersionTLS12},
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, l.Addr().String())
			},
		}}
		post := func(body io.Reader) (*http.Response, error) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.example.com/", body)
			if err != nil {
				t.Fatal(err)
			}
			return client.Do(r)
		}

		half, feed := io.Pipe()
		go func() { _, _ = feed.Write([]byte(`{"name":`)) }()
		if resp, err := post(half); err == nil { // the connection may end before the client has read
			_ = resp.Body.Close()
		}
		_ = feed.Close()
		if err := <-read; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: half a body was read: %v", name, err)
		}

		whole, feed := io.Pipe()
		go func() {
			_, _ = feed.Write([]byte(`{}`))
			_ = feed.Close()
		}()
		resp, err := post(whole)
		if err != nil {
			t.Fatalf("%s: the answer that takes long: %v", name, err)
		}
		_ = resp.Body.Close()
		if err := <-read; err != nil || resp.StatusCode != http.StatusTeapot {
			t.Errorf("%s: a whole body was read: %v, HTTP %d", name, err, resp.StatusCode)
		}
		client.CloseIdleConnections()
	}
}
