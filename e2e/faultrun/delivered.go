package faultrun

import (
	"github.com/edgeproof/edgeproof/e2e/criteria"
)

// delivered is what a GitOps engine was to deliver, and did; nil where none does.
func (r *Runner) delivered() *criteria.Delivered {
	t := r.Testbed
	if t.Engine == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return &criteria.Delivered{
		Source: t.Delivered.Source, Revision: t.Delivered.Revision, Objects: t.Delivered.Expected, Stuck: t.Stuck,
		Promotion: r.promotion, Unpromoted: r.unpromoted,
	}
}

// Promoted notes how a new revision was taken over, or why it was not.
func (r *Runner) Promoted(how, whyNot string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.promotion, r.unpromoted = how, whyNot
}
