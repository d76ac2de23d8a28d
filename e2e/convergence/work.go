package convergence

// numbers are what the fixed piece of work sorts: enough to take a few tenths of a second, and more than the
// caches near one core hold. Changing it makes every baseline void.
const numbers = 1 << 21
