package supply

import (
	"bytes"
	"go/scanner"
	"go/token"
	"strings"
)

// withoutComments is what of a Go file a compiler reads: its tokens. Comments and layout change no program, so they
// should build no image again; directives (//go:embed, //go:build) do, and so may any comment where cgo is used.
func withoutComments(source []byte) []byte {
	if bytes.Contains(source, []byte(`import "C"`)) {
		return source
	}
	var out bytes.Buffer
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(source)), source, nil, scanner.ScanComments)
	for {
		_, kind, text := s.Scan()
		switch {
		case kind == token.EOF:
			return out.Bytes()
		case kind == token.COMMENT && !strings.HasPrefix(text, "//go:"):
			continue
		case kind == token.SEMICOLON: // written, or the end of a line
			text = ";"
		}
		out.WriteString(kind.String() + " " + text + "\n")
	}
}
