package verdict

import (
	"fmt"
	"strconv"
	"strings"
)

// Shard is the part of a run that one machine, or one cluster, does: the Index-th of Of parts, from 1. The
// first judges the criteria and its share of the faults, the others their share of the faults. The zero Shard
// is the whole run.
type Shard struct {
	Index int `json:"index" jsonschema:"minimum=1"`
	Of    int `json:"of" jsonschema:"minimum=2"`
}

// ParseShard reads "2/4"; "" is the whole run.
func ParseShard(s string) (Shard, error) {
	if s == "" {
		return Shard{}, nil
	}
	index, of, found := strings.Cut(s, "/")
	i, errI := strconv.Atoi(index)
	n, errN := strconv.Atoi(of)
	if !found || errI != nil || errN != nil || i < 1 || n < i {
		return Shard{}, fmt.Errorf("shard %q: give i/n with 1 ≤ i ≤ n, as in 2/4", s)
	}
	return Shard{Index: i, Of: n}, nil
}

// First says whether the shard judges the criteria.
func (s *Shard) First() bool { return s == nil || s.Index <= 1 }

// String is the form that ParseShard reads.
func (s Shard) String() string {
	if s.Of == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Of)
}
