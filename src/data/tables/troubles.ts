/** All that is wrong with a table at once, and the options under which it would be read. */
export class TableError extends RangeError {
  /** A sentence each. */
  readonly troubles: readonly string[];
  /** Options of the reader that would go on; undefined where none would. */
  readonly suggestion: Readonly<Record<string, unknown>> | undefined;

  constructor(troubles: readonly string[], suggestion?: Readonly<Record<string, unknown>>) {
    super(troubles.join('; '));
    this.name = 'RangeError';
    this.troubles = troubles;
    this.suggestion = suggestion;
  }
}
