/** Address of a word that createEngine writes once: 1 where tiles of sixteen columns are the fastest, see src/runtime/wide.ts. No bit depends on it. */
const WIDE_TILES: usize = 512;

// @ts-ignore: decorator
@inline
export function wide_tiles(): bool {
  return load<u32>(WIDE_TILES) != 0;
}
