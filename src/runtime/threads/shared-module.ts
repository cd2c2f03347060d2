const IMPORTS = 2;
const MEMORY = 2;
/** Flags of a memory: with a maximum; with a maximum and shared. */
const LIMITED = 1;
const SHARED = 3;

/**
 * The same kernels for a memory that threads share: their one import, the memory, is declared so. A module imports either kind of memory, never both, and the two modules
 * differ in this byte alone.
 */
export function shareable(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(module);
  let at = 8;
  while (at < bytes.length && bytes[at] !== IMPORTS) {
    const { value: size, next } = unsigned(bytes, at + 1);
    at = next + size;
  }
  // A section begins with its size and how many imports there are; an import with two names and its kind.
  let kind = unsigned(bytes, unsigned(bytes, at + 1).next).next;
  for (let name = 0; name < 2; name++) {
    const { value: length, next } = unsigned(bytes, kind);
    kind = next + length;
  }
  // What is no such module is refused by who compiles or instantiates it.
  if (bytes[kind] === MEMORY && bytes[kind + 1] === LIMITED) bytes[kind + 1] = SHARED;
  return bytes;
}

/** LEB128. */
function unsigned(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let shift = 0; at < bytes.length; shift += 7) {
    const byte = bytes[at++]!;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return { value, next: at };
}
