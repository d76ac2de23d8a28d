package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-git/go-git/v6/plumbing"
	"github.com/go-git/go-git/v6/plumbing/object"
	"github.com/go-git/go-git/v6/storage"
	"github.com/go-git/go-git/v6/storage/memory"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// DefaultBranch is where a commit goes that names no branch.
const DefaultBranch = "main"

// Commit makes the files of a tar archive, compressed by gzip or not, the content of a branch. What the branch had
// and the archive has not is deleted, as a folder is committed as it stands.
func (s *Server) Commit(ctx context.Context, at Address, change api.GitChange, archive io.Reader) (api.GitCommit,
	error,
) {
	began := s.now()
	c, err := s.commit(ctx, at, change, archive)
	e := api.JournalEntry{Time: began, Source: api.SourceControl, Op: "commit " +
		at.String(), Outcome: c.Hash, Millis: s.since(began)}
	if err != nil {
		err = fmt.Errorf("commit to %s: %w", at, err)
		e.Outcome = err.Error()
	}
	s.record(e)
	return c, err
}

func (s *Server) commit(ctx context.Context, at Address, change api.GitChange, archive io.Reader) (api.GitCommit,
	error,
) {
	if path, ok := cleanPath(at.Path); !ok || path != at.Path || at.Host == "" {
		return api.GitCommit{}, fmt.Errorf("%q is no address of a repository", at)
	}
	if change.Branch == "" {
		change.Branch = DefaultBranch
	}
	branch := plumbing.NewBranchReferenceName(change.Branch)
	if err := branch.Validate(); err != nil {
		return api.GitCommit{}, fmt.Errorf("branch %q: %w", change.Branch, err)
	}
	r, _ := s.find(at)
	files, err := readArchive(ctx, archive, MaxSize-r.size) // without the lock: a client may be slow
	if err != nil {
		return api.GitCommit{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r = s.repositories[at]
	if r.store, err = clone(r.store); err != nil {
		return api.GitCommit{}, err
	}
	done, err := s.write(&r, branch, change, files)
	if err == nil {
		s.repositories[at] = r
	}
	return done, err
}

// clone copies a store: objects, which are never changed, and references. The copy of no store is empty.
func clone(from storage.Storer) (storage.Storer, error) {
	to := memory.NewStorage()
	if from == nil {
		return to, nil
	}
	objects, err := from.IterEncodedObjects(plumbing.AnyObject)
	if err == nil {
		err = objects.ForEach(func(o plumbing.EncodedObject) error {
			_, err := to.SetEncodedObject(o)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("copy objects: %w", err)
	}
	references, err := from.IterReferences()
	if err == nil {
		err = references.ForEach(to.SetReference)
	}
	if err != nil {
		return nil, fmt.Errorf("copy references: %w", err)
	}
	return to, nil
}

// write stores files as a commit on top of the branch, unless it has them already.
func (s *Server) write(r *repository, branch plumbing.ReferenceName, change api.GitChange,
	files folder,
) (api.GitCommit, error) {
	tree, size, err := files.store(r.store)
	if err != nil {
		return api.GitCommit{}, err
	}
	commit := &object.Commit{TreeHash: tree, Message: strings.TrimSuffix(change.Message, "\n") + "\n"}
	done := api.GitCommit{Branch: change.Branch}
	head, err := r.store.Reference(branch)
	switch {
	case err == nil:
		parent, err := object.GetCommit(r.store, head.Hash())
		if err != nil {
			return api.GitCommit{}, fmt.Errorf("read the head of branch %s: %w", change.Branch, err)
		}
		done.Hash, done.Unchanged = head.Hash().String(), parent.TreeHash == tree
		commit.ParentHashes = []plumbing.Hash{head.Hash()}
	case !errors.Is(err, plumbing.ErrReferenceNotFound):
		return api.GitCommit{}, fmt.Errorf("read branch %s: %w", change.Branch, err)
	}
	if !done.Unchanged {
		commit.Author = object.Signature{Name: "edgeproof", Email: "edgeproof@localhost", When: s.now()}
		commit.Committer = commit.Author
		hash, err := encode(r.store, commit)
		if err != nil {
			return api.GitCommit{}, err
		}
		r.size += size
		done.Hash = hash.String()
	}
	done.Revision = done.Branch + "@sha1:" + done.Hash
	return done, refer(r.store, branch, change.Tags, plumbing.NewHash(done.Hash))
}

// refer moves the branch and the tags to a commit; the first branch becomes the default.
func refer(store storage.Storer, branch plumbing.ReferenceName, tags []string, hash plumbing.Hash) error {
	references := []*plumbing.Reference{plumbing.NewHashReference(branch, hash)}
	if _, err := store.Reference(plumbing.HEAD); err != nil {
		references = append(references, plumbing.NewSymbolicReference(plumbing.HEAD, branch))
	}
	for _, tag := range tags {
		name := plumbing.NewTagReferenceName(tag)
		if err := name.Validate(); err != nil {
			return fmt.Errorf("tag %q: %w", tag, err)
		}
		references = append(references, plumbing.NewHashReference(name, hash))
	}
	for _, reference := range references {
		if err := store.SetReference(reference); err != nil {
			return fmt.Errorf("set %s: %w", reference.Name(), err)
		}
	}
	return nil
}

// encoder is any object of Git.
type encoder interface {
	Encode(plumbing.EncodedObject) error
}

func encode(store storage.Storer, o encoder) (plumbing.Hash, error) {
	encoded := store.NewEncodedObject()
	if err := o.Encode(encoded); err != nil {
		return plumbing.ZeroHash, fmt.Errorf("encode %T: %w", o, err)
	}
	hash, err := store.SetEncodedObject(encoded)
	if err != nil {
		return plumbing.ZeroHash, fmt.Errorf("store %T: %w", o, err)
	}
	return hash, nil
}
