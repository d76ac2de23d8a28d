// Command evidence prints how the answers of the fake Cloudflare API are known: how many in which way, and with
// --list each with its source and day.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/edgeproof/edgeproof/mocks/evidence"
)

func main() {
	list := flag.Bool("list", false, "print every answer with its source and day")
	flag.Parse()
	write(os.Stdout, *list)
}

func write(w io.Writer, list bool) {
	if list {
		for _, a := range evidence.Answers() {
			_, _ = fmt.Fprintf(w, "%-4s  %-10s  %5d  %s  [%s]\n", a.Kind, a.Day, a.Code, a.Says, a.Source)
		}
	}
	_, _ = fmt.Fprint(w, evidence.Share(evidence.Answers()))
}
