package zone

// fenwick keeps the promise that a page out of 1,000,000 records costs at most 1.5 times one out of 1,000
// (mocks/README.md, make bench): the largest plan holds as many, and a sum over all blocks would grow with
// them. It holds the blocks' lengths so that sums over the first i of them, and the block in which a rank
// falls, cost log n (P. M. Fenwick, 1994). Entry i-1 sums the lengths of the lowbit(i) blocks up to i.
type fenwick []int

func (f *fenwick) build(blocks [][]*Record) {
	sums := (*f)[:0]
	for _, b := range blocks {
		sums = append(sums, len(b))
	}
	for i := 1; i <= len(sums); i++ {
		if up := i + i&-i; up <= len(sums) {
			sums[up-1] += sums[i-1]
		}
	}
	*f = sums
}

// add changes the length of a block.
func (f fenwick) add(block, by int) {
	for i := block + 1; i <= len(f); i += i & -i {
		f[i-1] += by
	}
}

// before sums the lengths of the blocks before this one.
func (f fenwick) before(block int) int {
	n := 0
	for i := block; i > 0; i -= i & -i {
		n += f[i-1]
	}
	return n
}

// find gives the block that holds the record of this rank, and its place there.
func (f fenwick) find(rank int) (block, place int) {
	step := 1
	for step<<1 <= len(f) {
		step <<= 1
	}
	for ; step > 0; step >>= 1 {
		if next := block + step; next <= len(f) && f[next-1] <= rank {
			block, rank = next, rank-f[next-1]
		}
	}
	return block, rank
}
