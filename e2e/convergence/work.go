package convergence

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"slices"
)

// numbers are what work sorts: enough to take a few tenths of a second, and more than the caches near one core hold.
const numbers = 1 << 21

// work is the fixed piece of work by which machines are compared: it sorts and hashes the same numbers each
// time, which needs a core, its caches and memory, as the components do. Changing it makes every baseline void.
func work() [sha256.Size]byte {
	dice := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same numbers each time are the point
	list := make([]uint32, numbers)
	for n := range list {
		list[n] = dice.Uint32()
	}
	slices.Sort(list)
	sum := sha256.New()
	for _, x := range list {
		_, _ = sum.Write(binary.LittleEndian.AppendUint32(nil, x)) // never an error
	}
	return [sha256.Size]byte(sum.Sum(nil))
}
