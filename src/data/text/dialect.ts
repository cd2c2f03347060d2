/** How a text writes its table. */
export interface Dialect {
  /** Between cells; ' ' is any run of blanks. */
  readonly delimiter: ',' | ';' | '\t' | '|' | ' ';
  readonly decimal: '.' | ',';
  /** Between groups of three digits; '' where there is none. */
  readonly thousands: string;
  /** Whether the first line names the columns. */
  readonly header: boolean;
}
