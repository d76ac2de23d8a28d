package criteria

import (
	"time"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/judge"
)

// since is when an object came to be there.
func since(o meta.ObjectMeta) time.Time { return sinceOf(o.Annotations, o.CreationTimestamp.Time) }

func sinceOf(annotations map[string]string, created time.Time) time.Time {
	if t, err := time.Parse(time.RFC3339, annotations[judge.SinceAnnotation]); err == nil {
		return t
	}
	return created
}

// named is something with a time.
type named struct {
	name string
	at   time.Time
}

// before notes when the earlier came after the later. Times of the API are whole seconds, and the same second
// is no violation.
func before(j *judge.Judgement, earlier, later named) {
	if earlier.at.After(later.at) {
		j.Never("%s: is younger than %s: %s after it", earlier.name, later.name, earlier.at.Sub(later.at))
		return
	}
	j.Saw("%s is no younger than %s", earlier.name, later.name)
}
