package supply

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/renameio/v2"

	"github.com/edgeproof/edgeproof/e2e/progress"
)

const (
	// diskNeeded is what the largest build leaves behind: compiler caches, archives, the node image twice.
	diskNeeded = 10 << 30
	lockRetry  = 500 * time.Millisecond
)

// CacheDir is the folder of finished images, for all checkouts on the machine: EDGEPROOF_CACHE, else in the
// user's cache folder.
func CacheDir() (string, error) {
	if dir := os.Getenv("EDGEPROOF_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w; set EDGEPROOF_CACHE", err)
	}
	return filepath.Join(dir, "edgeproof"), nil
}

// lockCache waits for the cache's lock. The kernel drops it with its holder, so a killed run leaves none behind.
func lockCache(ctx context.Context, dir string, log *progress.Log) (unlock func(), err error) {
	lock := flock.New(filepath.Join(dir, "lock"))
	locked, err := lock.TryLock()
	if err == nil && !locked {
		log.Note("another run is making images in %s; waiting until it ends", dir)
		_, err = lock.TryLockContext(ctx, lockRetry)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the image cache %s: %w", dir, err)
	}
	return func() { _ = lock.Unlock() }, nil
}

// checkDisk refuses to begin work that would fill the disk.
func (s *Supplier) checkDisk() error {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(s.Cache, &fs); err != nil {
		return fmt.Errorf("read the free disk space at %s: %w", s.Cache, err)
	}
	free := fs.Bavail * uint64(fs.Bsize) // #nosec G115 -- block sizes are positive
	if free < diskNeeded {
		return fmt.Errorf("make images: %d GiB are free at %s and up to %d may be needed; free some, or set "+
			"EDGEPROOF_CACHE to a larger disk",
			free>>30, s.Cache, diskNeeded>>30)
	}
	return nil
}

// archive is one finished image in the cache: a docker-archive tar file and what is known of it.
type archive struct {
	Provided

	path string
}

// archived returns the archive of an item, when an earlier run has made it.
func (s *Supplier) archived(i *item) (archive, bool) {
	a, ok := readArchive(s.archiveDir(i))
	return a, ok && a.Reference == i.ref.name
}

// readArchive reads the description of an archive; false where the folder contains no complete one.
func readArchive(dir string) (archive, bool) {
	raw, err := os.ReadFile(filepath.Join(dir, "archive.json")) // #nosec G304 -- below the cache folder
	if err != nil {
		return archive{}, false
	}
	a := archive{path: filepath.Join(dir, "image.tar")}
	if json.Unmarshal(raw, &a) != nil {
		return archive{}, false
	}
	_, err = os.Stat(a.path)
	return a, err == nil
}

func (s *Supplier) archiveDir(i *item) string {
	return filepath.Join(s.Cache, "archives", short(digestOf(i.ref.name, i.key)))
}

// keep writes the image into the cache. The description goes last, so an archive that a killed run left half-written
// is never taken for a whole one.
func (s *Supplier) keep(i *item, image v1.Image) (archive, error) {
	digest, err := image.Digest()
	if err != nil {
		return archive{}, fmt.Errorf("digest of image %s: %w", i.ref.name, err)
	}
	tag, err := name.NewTag(i.ref.name, name.WithDefaultTag("latest"))
	if err != nil {
		// A reference by digest alone has no tag; the archive needs one, and the digest is added after the import.
		if tag, err = name.NewTag(i.ref.repository + ":" + short(i.key)); err != nil {
			return archive{}, fmt.Errorf("name image %s: %w", i.ref.name, err)
		}
	}
	dir := s.archiveDir(i)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return archive{}, fmt.Errorf("make archive folder: %w", err)
	}
	a := archive{Provided: Provided{
		Reference: i.ref.name, Digest: digest.String(), Origin: "built",
		Imported: tag.String(),
	}, path: filepath.Join(dir, "image.tar")}
	if i.ref.digest != "" {
		a.Pinned = i.ref.repository + "@" + i.ref.digest
	}
	if i.pulled() {
		a.Origin = "pulled"
	}
	if err := writeArchive(a.path, tag, image); err != nil {
		return archive{}, fmt.Errorf("write archive of %s: %w", i.ref.name, err)
	}
	raw, err := json.Marshal(a)
	if err != nil {
		return archive{}, fmt.Errorf("describe archive of %s: %w", i.ref.name, err)
	}
	if err := renameio.WriteFile(filepath.Join(dir, "archive.json"), raw, 0o600); err != nil {
		return archive{}, fmt.Errorf("describe archive of %s: %w", i.ref.name, err)
	}
	return a, nil
}

// writeArchive writes an image's archive, whole or not at all.
func writeArchive(path string, tag name.Tag, image v1.Image) error {
	return replaceFile(path, 0o600, func(w io.Writer) error { return tarball.Write(tag, image, w) })
}
