/** How a text writes a table. */
export interface Dialect {
  /** What stands between cells; ' ' for runs of blanks. */
  readonly delimiter: ',' | ';' | '\t' | '|' | ' ';
  readonly decimal: '.' | ',';
  /** What parts thousands, '' for nothing. */
  readonly thousands: string;
  /** Whether the first row is a header. */
  readonly header: boolean;
}
