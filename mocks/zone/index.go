package zone

import (
	"cmp"
	"slices"
	"sort"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// blockSize bounds the records of a block: with a million records there are some four thousand blocks.
const blockSize = 512

// index holds records in listing order – type, name, newest first [REC] – and finds a record by its rank.
// It is a list of sorted blocks with a tree of their lengths, so that neither costs more in a large zone.
type index struct {
	blocks  [][]*Record
	lengths fenwick
	size    int
}

func compare(a, b *Record) int {
	if c := cmp.Compare(a.Type, b.Type); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Name, b.Name); c != 0 {
		return c
	}
	return cmp.Compare(b.seq, a.seq)
}

// locate finds the block and place where r is or would be.
func (x *index) locate(r *Record) (block, place int) {
	// The first block whose last record is not before r.
	block = sort.Search(len(x.blocks), func(i int) bool {
		b := x.blocks[i]
		return compare(b[len(b)-1], r) >= 0
	})
	if block == len(x.blocks) {
		if block == 0 {
			return 0, 0
		}
		return block - 1, len(x.blocks[block-1])
	}
	place, _ = slices.BinarySearchFunc(x.blocks[block], r, compare)
	return block, place
}

func (x *index) insert(r *Record) {
	x.size++
	if len(x.blocks) == 0 {
		x.blocks = append(x.blocks, []*Record{r})
		x.lengths.build(x.blocks)
		return
	}
	i, at := x.locate(r)
	b := slices.Insert(x.blocks[i], at, r)
	x.blocks[i] = b
	if len(b) < blockSize {
		x.lengths.add(i, 1)
		return
	}
	half := len(b) / 2
	tail := append(make([]*Record, 0, blockSize*3/4), b[half:]...)
	clear(b[half:])
	x.blocks[i] = b[:half]
	x.blocks = slices.Insert(x.blocks, i+1, tail)
	x.lengths.build(x.blocks)
}

func (x *index) remove(r *Record) {
	i, at := x.locate(r)
	b := x.blocks[i]
	if at >= len(b) || b[at].ID != r.ID {
		return
	}
	x.size--
	b = slices.Delete(b, at, at+1)
	x.blocks[i] = b
	if len(b) > 0 {
		x.lengths.add(i, -1)
		return
	}
	x.blocks = slices.Delete(x.blocks, i, i+1)
	x.lengths.build(x.blocks)
}

// rank counts the records before the place where r would stand.
func (x *index) rank(r *Record) int {
	if len(x.blocks) == 0 {
		return 0
	}
	i, at := x.locate(r)
	return x.lengths.before(i) + at
}

// between copies the records of ranks from to until, until not included.
func (x *index) between(from, until int) []*Record {
	if from >= until {
		return nil
	}
	out := make([]*Record, 0, until-from)
	block, at := x.lengths.find(from)
	for ; block < len(x.blocks) && len(out) < until-from; block++ {
		b := x.blocks[block][at:]
		out = append(out, b[:min(len(b), until-from-len(out))]...)
		at = 0
	}
	return out
}

// span gives the ranks of one type's records; of all when typ is empty.
func (x *index) span(typ string) (from, until int) {
	if typ == "" {
		return 0, x.size
	}
	// No record has an empty name or the type typ+"\x00": both are only bounds.
	return x.rank(
			&Record{Record: api.Record{Type: typ}, seq: ^uint64(0)},
		), x.rank(
			&Record{Record: api.Record{Type: typ + "\x00"}, seq: ^uint64(0)},
		)
}
