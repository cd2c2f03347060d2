// The page's side of the worker that decodes pictures.
import type { GivenFile } from './reading.js';

/** What the worker is asked for. */
export interface Asked {
  readonly id: number;
  readonly files: readonly GivenFile[];
  /** Pictures are scaled to it. */
  readonly size?: { readonly height: number; readonly width: number } | undefined;
  /** Larger ones are scaled so that no side is longer. */
  readonly most?: number | undefined;
  /** 1 of brightness, 3 of colour; else what the pictures have in common. */
  readonly channels?: 1 | 3 | undefined;
}

/** How many pictures are of this size, and the first of them. */
export interface FoundSize {
  readonly height: number;
  readonly width: number;
  readonly name: string;
  readonly count: number;
}

/** Bytes of [picture][channel][height][width]. */
export interface Pixels {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  readonly values: Uint8Array<ArrayBuffer>;
}

/** Pixels, or the sizes where there is more than one. */
export type Decoded = Pixels | { readonly sizes: readonly FoundSize[] };

/** What the worker says of a question; `damaged`: names of pictures that cannot be read. */
export type Answer = { readonly id: number } & (
  | { readonly decoded: Decoded }
  | { readonly error: string; readonly damaged: readonly string[] }
);

/** Its message is of the first of them. */
export class DamagedError extends RangeError {
  constructor(
    message: string,
    readonly names: readonly string[],
  ) {
    super(message);
    this.name = 'RangeError';
  }
}

let worker: Worker | undefined;
let asked = 0;
const waiting = new Map<number, { resolve: (decoded: Decoded) => void; reject: (error: Error) => void }>();

/** It starts with the first picture. DamagedError naming the file for what is no picture. */
export function decodePictures(
  files: readonly GivenFile[],
  how: Pick<Asked, 'size' | 'most' | 'channels'> = {},
): Promise<Decoded> {
  worker ??= begun();
  const id = ++asked;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker!.postMessage({ id, files, ...how } satisfies Asked);
  });
}

function begun(): Worker {
  const made = new Worker(new URL('./image-worker.ts', import.meta.url), { type: 'module' });
  made.onmessage = ({ data }: MessageEvent<Answer>) => {
    const { resolve, reject } = waiting.get(data.id)!;
    waiting.delete(data.id);
    if ('error' in data)
      reject(data.damaged.length > 0 ? new DamagedError(data.error, data.damaged) : new RangeError(data.error));
    else resolve(data.decoded);
  };
  made.onerror = (event) => {
    worker = undefined;
    for (const { reject } of waiting.values()) reject(new Error(`the worker that decodes pictures: ${event.message}`));
    waiting.clear();
  };
  return made;
}
