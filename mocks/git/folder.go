package git

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v6/plumbing"
	"github.com/go-git/go-git/v6/plumbing/filemode"
	"github.com/go-git/go-git/v6/plumbing/object"
	"github.com/go-git/go-git/v6/storage"
)

// MaxSize is how much a repository may hold: the sum of all files of all its commits.
const MaxSize = 500 << 20

// lfsPointer begins a file that stands for one in Git's large file storage:
// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
const lfsPointer = "version https://git-lfs.github.com/spec/"

// folder is a tree of files that is not stored yet; a folder has entries, a file has a mode and content.
type folder map[string]*node

type node struct {
	mode    filemode.FileMode
	content []byte
	entries folder
}

// readArchive reads a tar archive of at most so many bytes of content.
func readArchive(ctx context.Context, archive io.Reader, left int64) (folder, error) {
	buffered := bufio.NewReader(archive)
	var in io.Reader = buffered
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, fmt.Errorf("read archive: %w", err)
		}
		in = unzipped
	}
	root, count := folder{}, 0
	for entries := tar.NewReader(in); ; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read archive: %w", err)
		}
		if left -= header.Size; left < 0 {
			return nil, fmt.Errorf("the repository is larger than %d MiB at %s: give a smaller folder, or ignore what is not "+
				"manifests", MaxSize>>20, header.Name)
		}
		file, err := readEntry(header, entries)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", header.Name, err)
		}
		if file == nil {
			continue // Git has no empty folders
		}
		if err := root.add(header.Name, file); err != nil {
			return nil, err
		}
		count++
	}
	if count == 0 {
		return nil, errors.New("the archive holds no file: give a folder that does")
	}
	return root, nil
}

// readEntry turns an entry of an archive into a file; nil for a folder.
func readEntry(header *tar.Header, content io.Reader) (*node, error) {
	switch header.Typeflag {
	case tar.TypeDir, tar.TypeXGlobalHeader:
		return nil, nil
	case tar.TypeSymlink:
		return &node{mode: filemode.Symlink, content: []byte(header.Linkname)}, nil
	case tar.TypeReg:
	default:
		return nil, fmt.Errorf("an entry of type %q: only files, folders and symbolic links can be committed",
			header.Typeflag)
	}
	if path.Clean(header.Name) == ".gitmodules" {
		return nil, errors.New("submodules are not supported: put the files of the submodule into the folder, or give a " +
			"bundle without them")
	}
	raw, err := io.ReadAll(content)
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	if bytes.HasPrefix(raw, []byte(lfsPointer)) {
		return nil, errors.New("this is a pointer of Git LFS, not the file: run `git lfs pull` first")
	}
	file := &node{mode: filemode.Regular, content: raw}
	if header.FileInfo().Mode()&0o100 != 0 {
		file.mode = filemode.Executable
	}
	return file, nil
}

// add puts a file at a path below the folder.
func (f folder) add(name string, file *node) error {
	parts := strings.Split(path.Clean(strings.TrimPrefix(name, "./")), "/")
	if path.IsAbs(name) || parts[0] == ".." || parts[0] == "." || slices.Contains(parts, ".git") {
		return fmt.Errorf("%s: not a path that can be committed", name)
	}
	for _, part := range parts[:len(parts)-1] {
		below := f[part]
		if below == nil {
			below = &node{mode: filemode.Dir, entries: folder{}}
			f[part] = below
		}
		if below.entries == nil {
			return fmt.Errorf("%s: %s is a file and a folder", name, part)
		}
		f = below.entries
	}
	last := parts[len(parts)-1]
	if before := f[last]; before != nil && before.entries != nil {
		return fmt.Errorf("%s: it is a file and a folder", name)
	}
	f[last] = file
	return nil
}

// store writes blobs and trees, and returns the hash of the folder's tree and the size of its files.
func (f folder) store(to storage.Storer) (plumbing.Hash, int64, error) {
	tree, total := &object.Tree{}, int64(0)
	for name, n := range f {
		var hash plumbing.Hash
		var size int64
		var err error
		if n.entries != nil {
			hash, size, err = n.entries.store(to)
		} else {
			hash, err = encode(to, blob(n.content))
			size = int64(len(n.content))
		}
		if err != nil {
			return plumbing.ZeroHash, 0, err
		}
		total += size
		tree.Entries = append(tree.Entries, object.TreeEntry{Name: name, Mode: n.mode, Hash: hash})
	}
	slices.SortFunc(tree.Entries, byGitsOrder)
	hash, err := encode(to, tree)
	return hash, total, err
}

// byGitsOrder compares folders as if their names ended in a slash, as Git does.
func byGitsOrder(a, b object.TreeEntry) int {
	key := func(e object.TreeEntry) string {
		if e.Mode == filemode.Dir {
			return e.Name + "/"
		}
		return e.Name
	}
	return strings.Compare(key(a), key(b))
}

// blob is the content of a file.
type blob []byte

// Encode writes the content as an object.
func (b blob) Encode(o plumbing.EncodedObject) error {
	o.SetType(plumbing.BlobObject)
	o.SetSize(int64(len(b)))
	w, err := o.Writer()
	if err != nil {
		return err
	}
	if _, err := w.Write(b); err != nil {
		return err
	}
	return w.Close()
}
