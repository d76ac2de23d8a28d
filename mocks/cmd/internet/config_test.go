package main

import (
	"io"
	"net"
	"strings"
	"testing"
)

func TestFlags(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args, env []string
		want      string // "" when right
	}{
		"defaults":    {},
		"pod address": {[]string{"--control-address", "10.1.2.3:8081"}, []string{"10.1.2.3"}, ""},
		"other address": {
			[]string{"--control-address", "10.1.2.4:8081"},
			[]string{"10.1.2.3"},
			"--control-anywhere",
		},
		"all addresses":          {[]string{"--control-address", ":8081"}, nil, "--control-anywhere"},
		"all addresses, by flag": {[]string{"--control-address", ":8081", "--control-anywhere"}, nil, ""},
		"name for an address":    {[]string{"--address", "fake.test"}, nil, "--address"},
		"bad zone":               {[]string{"--zone", "no zone"}, nil, "no DNS name"},
		"bad plan":               {[]string{"--zone", "example.com=huge"}, nil, "enterprise"},
		"stray argument":         {[]string{"zone"}, nil, "--help"},
		"no token file":          {[]string{"--token-file", "/nonexistent/token"}, nil, "--token-file"},
		"both tokens":            {[]string{"--token-file", "x", "--token", "y"}, nil, "one of them"},
		"journal of nothing":     {[]string{"--journal", "0"}, nil, "--journal"},
		"name server":            {[]string{"--name-server", "bob.ns.cloudflare.com=10.96.0.54"}, nil, ""},
		"name server of nothing": {[]string{"--name-server", "bob.ns.cloudflare.com"}, nil, "NAME=IP"},
		"lag of a day":           {[]string{"--secondary-lag", "24h"}, nil, "--secondary-lag"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parse(tc.args, func(string) string { return strings.Join(tc.env, "") }, io.Discard)
			if (tc.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

func TestATakenPortIsNamed(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	defer func() { _ = l.Close() }()
	err = run(t.Context(), []string{
		"--https-address", "127.0.0.1:0", "--control-address", "127.0.0.1:0", "--dns-address",
		l.Addr().String(),
	}, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "--dns-address") {
		t.Errorf("error %v", err)
	}
}
