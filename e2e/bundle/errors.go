package bundle

import (
	"errors"
	"strings"
)

// Error is the one way in which a bundle is refused. Its text is one line; no field ever holds the value of a Secret.
type Error struct {
	File    string // relative to the bundle's root; "" when the fault lies in no single file
	Object  string // "HelmRelease flux-system/external-dns"; "" when the file holds no readable object
	Problem string // what is wrong, in lower case
	Remedy  string // what to do about it
	Rule    Rule   // of the finding that this becomes; "" means Unreadable

	cause error
}

func (e *Error) Error() string {
	parts := []string{"bundle"}
	for _, part := range []string{e.File, e.Object, e.Problem} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	text := strings.Join(parts, ": ")
	if e.Remedy != "" {
		text += "; " + e.Remedy
	}
	return text
}

// Unwrap returns the error of the library that found the fault, if one did.
func (e *Error) Unwrap() error { return e.cause }

// because makes an *Error whose problem ends in the text of its cause.
func because(cause error, file, object, problem, remedy string) *Error {
	text := oneLine(cause.Error())
	if problem != "" {
		text = problem + ": " + text
	}
	return &Error{File: file, Object: object, Problem: text, Remedy: remedy, cause: cause}
}

// where fills in where an error was found, when the one who made it could not know.
func where(err error, file, object string) error {
	var known *Error
	if !errors.As(err, &known) {
		return err
	}
	filled := *known
	if filled.File == "" {
		filled.File = file
	}
	if filled.Object == "" {
		filled.Object = object
	}
	return &filled
}

// oneLine folds the many-line messages of YAML and schema libraries, and bounds them.
func oneLine(s string) string {
	const most = 600
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + " …"
	}
	return s
}
