package report

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// surveyLine says what of a repository was not judged as it is written; "" where all was.
func surveyLine(s *verdict.Survey) string {
	if s == nil {
		return ""
	}
	parts := []string{fmt.Sprintf("%d objects and %d releases are left out", s.LeftOut.Objects, len(s.LeftOut.Releases))}
	for _, stand := range s.StandIns {
		parts = append(parts, "a stand-in for "+stand.For+" ("+stand.Reason+")")
	}
	return strings.Join(parts, "; ")
}
