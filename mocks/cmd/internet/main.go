// Package main is the fake internet as one process: the DNS, the Cloudflare
// API, both certificate authorities, the external client, and the control
// API. It runs as one pod, or alone on a laptop.
//
// It only reads flags and puts the parts together; their behavior is in their own packages.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/edgeproof/edgeproof/mocks/acme"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintf(os.Stderr, "internet: %v\n", err)
		os.Exit(1)
	}
}

// run starts everything, prints what to export, and serves until ctx ends.
func run(ctx context.Context, args []string, out, errs io.Writer) error {
	start := time.Now()
	c, err := parse(args, os.Getenv, errs)
	if err != nil {
		return err
	}
	for name, value := range acme.Environment() { // before any authority is made
		if os.Getenv(name) == "" {
			if err := os.Setenv(name, value); err != nil {
				return fmt.Errorf("set %s: %w", name, err)
			}
		}
	}
	w, err := build(ctx, c, errs)
	if err != nil {
		return err
	}
	return w.serve(ctx, func() { w.announce(out, time.Since(start)) })
}
