// What the guard keeps in the memory below 1024, where the arena puts nothing and the kernels have nothing of their own.

/** Ranges of the current call, [address, size] of 4 bytes each, from address 0 on; those not in use have size 0. */
export const RANGES = 24;
export const RANGE_BYTES = 8;

/** One byte a slot: the address of the range in which the last access of a site of that slot lay. */
export const HINTS = RANGES * RANGE_BYTES;
export const HINT_SLOTS = 1024 - HINTS;
