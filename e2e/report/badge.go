package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// badge is the schema of a shields.io endpoint badge (https://shields.io/badges/endpoint-badge).
type badge struct {
	SchemaVersion int    `json:"schemaVersion"`
	Label         string `json:"label"`
	Message       string `json:"message"`
	Color         string `json:"color"`
	IsError       bool   `json:"isError,omitempty"`
}

// Badge writes badge.json, which a badge in a README shows. Only a pass is green.
func Badge(w io.Writer, v *verdict.Verdict) error {
	passed, judged := v.Counted()
	b := badge{
		SchemaVersion: 1, Label: "edge", Message: fmt.Sprintf("%s, %d of %d", word(v), passed, judged),
		Color: "red",
	}
	switch v.Result {
	case verdict.Pass:
		b.Color = "brightgreen"
	case verdict.Partial:
		b.Color = "yellow"
	case verdict.Fail:
	default:
		b.Color, b.IsError = "lightgrey", true
	}
	text, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("encode the badge: %w", err)
	}
	if _, err := w.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("write the badge: %w", err)
	}
	return nil
}
