package supply

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// answer is what a registry answered about one image.
type answer struct {
	digest string
	err    error
}

// short is the reason in a few words why there was no image.
func (a answer) short() string {
	var dns *net.DNSError
	var refusal *transport.Error
	switch {
	case errors.As(a.err, &dns):
		return "its name does not resolve"
	case errors.As(a.err, &refusal):
		return fmt.Sprintf("it answers HTTP %d", refusal.StatusCode)
	case errors.Is(a.err, context.DeadlineExceeded):
		return fmt.Sprintf("no answer within %s", registryPatience)
	}
	return a.err.Error()
}

// headImage requests from the registry the digest of ref's manifest (or index), as the OCI distribution spec
// has it: HEAD /v2/<name>/manifests/<reference>. Credentials come from the user's Docker or Podman login.
func headImage(ctx context.Context, ref reference) answer {
	parsed, err := name.ParseReference(ref.pull())
	if err != nil {
		return answer{err: fmt.Errorf("parse %s: %w", ref.pull(), err)}
	}
	head, err := remote.Head(parsed, remoteOptions(ctx)...)
	if err != nil {
		return answer{err: err}
	}
	return answer{digest: head.Digest.String()}
}

// pullImage fetches the image for this machine's architecture by digest, so that what is checked is what is used.
func pullImage(ctx context.Context, ref reference, digest string) (v1.Image, error) {
	parsed, err := name.NewDigest(ref.repository + "@" + digest)
	if err != nil {
		return nil, fmt.Errorf("pull image %s: %w", ref.name, err)
	}
	image, err := remote.Image(parsed, remoteOptions(ctx)...)
	if err != nil {
		return nil, fmt.Errorf("pull image %s at %s: %w", ref.name, digest, err)
	}
	return image, nil
}

func remoteOptions(ctx context.Context) []remote.Option {
	return []remote.Option{
		remote.WithContext(ctx),
		remote.WithAuthFromKeychain(authn.DefaultKeychain),
		remote.WithPlatform(v1.Platform{OS: "linux", Architecture: runtime.GOARCH}),
	}
}
