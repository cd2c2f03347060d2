import { type Fn, type Options, RESUME, SIGNAL } from '../check/option.js';

/** What learning a net of any method reports. */
export interface LearnProgress {
  /** What is being done, for people: "Layer 1/3 tree". */
  stage: string;
  done: number;
  total: number;
  /** What is counted: variables, rows, steps. */
  unit: string;
  /** More, for people, of this moment. */
  note?: string;
}

/** Options of growing that say how it runs, not what comes of it. */
export const GROWING = {
  signal: {
    ...SIGNAL,
    doc: 'Stops the work: the call rejects with its reason; what onCheckpoint received last can be gone on from.',
  },
  onCheckpoint: {
    kind: 'callback',
    inert: true,
    doc: 'Receives a checkpoint: of a TrfNet after every layer but the last, of a TseNet once its skeleton is learned. Waited for until the signal comes.',
    type: undefined as Fn<(checkpoint: Uint8Array<ArrayBuffer>) => void | Promise<void>>,
  },
  resume: {
    ...RESUME,
    doc: 'A checkpoint of growing to go on from, to the same bits. Data and options must be the same.',
  },
} as const satisfies Options;
