// Command edgeproof proves that a GitOps bundle makes a working edge: it makes a cluster with a fake internet around
// it, installs the bundle unmodified, and judges every criterion as an external client sees it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-logr/logr"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		stop() // a second interrupt ends the program at once
	}()
	ctrllog.SetLogger(logr.Discard()) // what matters comes back as errors
	code, err := execute(ctx, os.Args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "edgeproof:", err)
	}
	os.Exit(code)
}
