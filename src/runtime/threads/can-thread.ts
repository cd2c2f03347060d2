/** What a runtime allows. */
export interface Threading {
  /** Whether more than one thread can compute here. */
  readonly canThread: boolean;
  /** How many, unless told otherwise. */
  readonly threads: number;
  /** Why not, or why no more. */
  readonly reasons: readonly string[];
}

/** How many threads can compute in this runtime, and why no more. */
export function threading(): Threading {
  const reason = hindrance();
  if (reason) return { canThread: false, threads: 1, reasons: [reason] };
  const threads = cores();
  return { canThread: true, threads, reasons: threads === 1 ? ['there is one core'] : [] };
}

function hindrance(): string | undefined {
  if (typeof SharedArrayBuffer === 'undefined')
    return globalThis.crossOriginIsolated === false
      ? 'the page is not cross-origin isolated: it is to be served with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp'
      : 'this runtime has no SharedArrayBuffer';
  if (!WebAssembly.validate(SHARED_MEMORY)) return 'this runtime has no shared WebAssembly memory';
  if (!globalThis.process?.getBuiltinModule && typeof Worker === 'undefined') return 'this runtime has no workers';
  return undefined;
}

function cores(): number {
  const os = globalThis.process?.getBuiltinModule?.('node:os');
  return os?.availableParallelism?.() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** A module that imports a shared memory. */
const SHARED_MEMORY = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 2, 16, 1, 3, 101, 110, 118, 6],
  ...[109, 101, 109, 111, 114, 121, 2, 3, 1, 1],
);
