// What lines of rows are: entries of sparse text or svmlight, or cells. Apart from files, so that pages can tell too.

/** Of which two formats of entries lines are, faults among them; undefined where most are neither. */
export function entriesFormat(
  counts: Readonly<Record<LineKind, number>>,
  lines: number,
): 'sparse' | 'svmlight' | undefined {
  const odd = lines - counts.label;
  return (['sparse', 'svmlight'] as const).find((kind) => counts[kind] > 0 && 2 * counts[kind] >= odd);
}

/** How many lines are of each kind. */
export function countKinds(lines: readonly string[]): Record<LineKind, number> {
  const counts: Record<LineKind, number> = { sparse: 0, svmlight: 0, alike: 0, label: 0, cells: 0, blanks: 0, word: 0 };
  for (const line of lines) counts[kindOf(line)]++;
  return counts;
}

/** Those of a text that hold more than blanks or a comment. */
export function fullLines(lines: readonly string[]): string[] {
  return lines.filter((line) => /\S/.test(line) && !line.startsWith('#'));
}

export type LineKind = 'sparse' | 'svmlight' | 'alike' | 'label' | 'cells' | 'blanks' | 'word';

/** `alike`: begins as a line of entries does, but is none. */
export function kindOf(line: string): LineKind {
  const text = line.trim();
  if (/^[+-]?[\d.]+$|^\?$/.test(text)) return 'label';
  const comma = text.indexOf(',');
  if (comma > 0 && /^[\d?][\d?\s]*$/.test(text.slice(0, comma)) && /^\s*\d*:/.test(text.slice(comma + 1))) {
    const items = text.slice(comma + 1).split(',');
    return items.every((item) => /^\s*\d+\s*:\s*[-+.\d][-+.\de]*\s*$/i.test(item)) ? 'sparse' : 'alike';
  }
  const [first = '', ...rest] = text.replace(/#.*/, '').trim().split(/\s+/);
  if (/^[-+.,\d]+(e[-+]?\d+)?$/i.test(first) && /^(qid|\d+):/.test(rest[0] ?? '')) {
    const isLabel = !first.includes(',');
    return isLabel && rest.every((item) => /^(qid:\S+|\d+:[-+.\d][-+.\de]*)$/i.test(item)) ? 'svmlight' : 'alike';
  }
  if (/[,;|\t]/.test(text)) return 'cells';
  return rest.length > 0 ? 'blanks' : 'word';
}
