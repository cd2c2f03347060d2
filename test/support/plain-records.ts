/** A line of cells, trimmed, or several where quotes hold line ends; `line` is that on which it begins. */
export interface PlainRecord {
  readonly cells: readonly string[];
  readonly line: number;
}

/** RFC 4180, one character after the other, with any line ends and blanks about cells, or between them; blank lines are left out. For well-formed texts. */
export function plainRecords(text: string, delimiter: string): PlainRecord[] {
  const all = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const isBlank = (code: string | undefined) => code === ' ' || (code === '\t' && delimiter !== '\t');
  const endsCell = (code: string) => code === '\n' || code === delimiter || (delimiter === ' ' && code === '\t');
  const records: PlainRecord[] = [];
  let at = 0;
  let line = 1;
  while (at < all.length) {
    const begun = line;
    const cells: string[] = [];
    let quoted = false;
    let more = true;
    while (more) {
      while (isBlank(all[at])) at++;
      if (delimiter === ' ' && (at === all.length || all[at] === '\n')) break;
      let cell = '';
      if (all[at] === '"') {
        quoted = true;
        for (at++; all[at] !== '"' || all[at + 1] === '"'; at++) {
          if (all[at] === '"') at++;
          if (all[at] === '\n') line++;
          cell += all[at];
        }
        at++;
        while (isBlank(all[at])) at++;
      } else while (at < all.length && !endsCell(all[at]!)) cell += all[at++];
      cells.push(cell.trim());
      more = delimiter === ' ' || all[at] === delimiter;
      if (delimiter !== ' ' && more) at++;
    }
    at++;
    line++;
    if (cells.length > 1 || quoted || (cells[0] ?? '') !== '') records.push({ cells, line: begun });
  }
  return records;
}
