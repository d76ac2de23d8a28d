package gitops

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-billy/v6/osfs"
	"github.com/go-git/go-git/v6/plumbing/format/gitignore"
)

// ArchiveFolder writes a folder as `git add --all` sees it, to a compressed tar archive: all files as they
// stand, save what .gitignore files name and the .git folder itself.
func ArchiveFolder(folder string, to io.Writer) error { return archiveFolder(folder, to, nil) }

// archiveFolder does so with some files more, or in the place of those of the folder.
func archiveFolder(folder string, to io.Writer, more map[string][]byte) error {
	//nolint:staticcheck // a Scope follows a walk; files are listed before they are matched here
	patterns, err := gitignore.ReadPatterns(osfs.New(folder), nil)
	if err != nil {
		return fmt.Errorf("read .gitignore files of %s: %w", folder, err)
	}
	ignored := gitignore.NewMatcher(patterns)
	zip := gzip.NewWriter(to)
	out := tar.NewWriter(zip)
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil || name == "." {
			return err
		}
		skip := entry.Name() == ".git" || ignored.Match(strings.Split(filepath.ToSlash(name), "/"), entry.IsDir())
		switch {
		case skip && entry.IsDir():
			return fs.SkipDir
		case skip, entry.IsDir(), more[filepath.ToSlash(name)] != nil:
			return nil
		}
		return addFile(out, path, filepath.ToSlash(name), entry)
	})
	for _, name := range slices.Sorted(maps.Keys(more)) {
		header := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(more[name]))}
		if err = errors.Join(err, out.WriteHeader(header)); err == nil {
			_, err = out.Write(more[name])
		}
	}
	if err = errors.Join(err, out.Close(), zip.Close()); err != nil {
		return fmt.Errorf("archive folder %s: %w", folder, err)
	}
	return nil
}

func addFile(out *tar.Writer, path, name string, entry fs.DirEntry) error {
	info, err := entry.Info()
	if err != nil {
		return err
	}
	link := ""
	if info.Mode()&fs.ModeSymlink != 0 {
		if link, err = os.Readlink(path); err != nil {
			return err
		}
	} else if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is neither a file nor a symbolic link: take it out of the bundle", path)
	}
	header, err := tar.FileInfoHeader(info, link)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	header.Name, header.Uid, header.Gid, header.Uname, header.Gname = name, 0, 0, "", ""
	if err := out.WriteHeader(header); err != nil || link != "" {
		return err
	}
	file, err := os.Open(path) // #nosec G304 -- the bundle that the user names
	if err != nil {
		return err
	}
	_, err = io.Copy(out, file)
	return errors.Join(err, file.Close())
}
