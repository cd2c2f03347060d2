/** Bytes as tools/embed-wasm.mjs packs them. */
export interface Packed {
  /** The bytes from the most frequent on, hexadecimal. */
  readonly order: string;
  /** Stand for the first of them; after } and after ~ for as many more. */
  readonly signs: string;
  readonly text: string;
}

/** Which kernels an engine runs. */
export interface EngineBuild {
  readonly precision: 'strict' | 'relaxed';
  /** Whether a multiply-add of theirs rounds once: never where they are strict. */
  readonly fused: boolean;
  /** Whether V8 computes in registers of 256 bits. */
  readonly wide: boolean;
  /** Why it does not. */
  readonly reasons: readonly string[];
}
