package supply

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/compression"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/renameio/v2"
)

// baseRootfs names the Debian root file system as an image's first layer.
const baseRootfs = "rootfs"

// file is one entry of a layer: bytes, a file on disk, or a symbolic link.
type file struct {
	mode    fs.FileMode
	content []byte
	from    string // path on disk, in place of content
	link    string // target of a symbolic link, in place of both
}

// layer is a set of files by absolute path. Written out it is always the same bytes for the same files: sorted, owned
// by root, without times.
type layer map[string]file

// writeTo writes the layer as a tar file, with the folders that its files need.
func (l layer) writeTo(w io.Writer) error {
	out := tar.NewWriter(w)
	paths := make([]string, 0, len(l))
	made := map[string]bool{"/": true}
	for at := range l {
		paths = append(paths, at)
	}
	sort.Strings(paths)
	for _, at := range paths {
		if err := l.folders(out, path.Dir(at), made); err != nil {
			return err
		}
		if err := l[at].writeTo(out, at); err != nil {
			return fmt.Errorf("write %s into layer: %w", at, err)
		}
	}
	return out.Close()
}

func (l layer) folders(out *tar.Writer, dir string, made map[string]bool) error {
	if made[dir] {
		return nil
	}
	made[dir] = true
	if err := l.folders(out, path.Dir(dir), made); err != nil {
		return err
	}
	return out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: strings.TrimPrefix(dir, "/") +
		"/", Mode: 0o755, ModTime: time.Unix(0, 0)})
}

func (f file) writeTo(out *tar.Writer, at string) error {
	header := &tar.Header{
		Typeflag: tar.TypeReg, Name: strings.TrimPrefix(at, "/"), Mode: int64(f.mode),
		Size: int64(len(f.content)), ModTime: time.Unix(0, 0),
	}
	if f.link != "" {
		header.Typeflag, header.Linkname, header.Mode = tar.TypeSymlink, f.link, 0o777
		return out.WriteHeader(header)
	}
	if f.from == "" {
		if err := out.WriteHeader(header); err != nil {
			return err
		}
		_, err := out.Write(f.content)
		return err
	}
	in, err := os.Open(f.from)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // opened for reading
	info, err := in.Stat()
	if err != nil {
		return err
	}
	header.Size = info.Size()
	if err := out.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return err
}

// addTree adds the files below dir at the same paths. Scripts (files in a bin folder) are made executable: the module
// cache and git checkouts of some systems do not keep that bit.
func (l layer) addTree(dir string) error {
	return filepath.WalkDir(dir, func(at string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, at)
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if filepath.Base(filepath.Dir(at)) == "bin" {
			mode = 0o755
		}
		l["/"+filepath.ToSlash(rel)] = file{mode: mode, from: at}
		return nil
	})
}

// compose puts an image together from layers in tar files. Layers are not compressed: they never cross a network, and
// compressing them would cost more than everything else.
func compose(config v1.Config, tars ...string) (v1.Image, error) {
	var layers []v1.Layer
	for _, at := range tars {
		l, err := tarball.LayerFromFile(at, tarball.WithCompression(compression.None),
			tarball.WithMediaType(types.OCIUncompressedLayer))
		if err != nil {
			return nil, fmt.Errorf("read layer %s: %w", at, err)
		}
		layers = append(layers, l)
	}
	image, err := mutate.AppendLayers(mutate.MediaType(empty.Image, types.OCIManifestSchema1), layers...)
	if err != nil {
		return nil, fmt.Errorf("append layers: %w", err)
	}
	configFile, err := image.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("read image config: %w", err)
	}
	configFile = configFile.DeepCopy()
	configFile.Config, configFile.OS, configFile.Architecture = config, "linux", arch()
	image, err = mutate.ConfigFile(image, configFile)
	if err != nil {
		return nil, fmt.Errorf("set image config: %w", err)
	}
	return image, nil
}

// writeTar writes a layer as a tar file into the scratch folder.
func writeTar(at string, l layer) error {
	out, err := os.Create(at) // #nosec G304 -- below the cache folder
	if err != nil {
		return fmt.Errorf("write layer: %w", err)
	}
	if err := errors.Join(l.writeTo(out), out.Close()); err != nil {
		return fmt.Errorf("write layer: %w", err)
	}
	return nil
}

// replaceFile writes a file that appears whole or not at all.
func replaceFile(path string, mode fs.FileMode, write func(io.Writer) error) error {
	out, err := renameio.NewPendingFile(path, renameio.WithPermissions(mode))
	if err != nil {
		return err
	}
	if err = write(out); err == nil {
		err = out.CloseAtomicallyReplace()
	}
	return errors.Join(err, out.Cleanup())
}
