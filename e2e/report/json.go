package report

import (
	"fmt"
	"io"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// JSON writes verdict.json, the contract: see the schema in package verdict.
func JSON(w io.Writer, v *verdict.Verdict) error {
	data, err := verdict.Encode(v)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return fmt.Errorf("write the verdict: %w", err)
	}
	return nil
}
