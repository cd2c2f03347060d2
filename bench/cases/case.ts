/** A kernel, or a layer's use of one, at one shape. */
export interface Case {
  readonly name: string;
  readonly shape: string;
  /** What one call of `run` does. Arithmetic counts real multiply-adds only, two FLOP each. */
  readonly work: { readonly unit: 'FLOP' | 'byte' | 'row' | 'element'; readonly amount: number };
  /** Share of the peak that it must reach. */
  readonly bar?: number;
  run(): void | Promise<void>;
  /** Compares the result of a run with a plain computation; throws where they differ. */
  check(): void;
}
