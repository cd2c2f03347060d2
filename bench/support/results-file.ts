import { readFileSync, writeFileSync } from 'node:fs';

/** Puts lines between the markers <!-- name --> and <!-- /name --> of a file. RangeError where it has none. */
export function writeBetween(file: URL, name: string, lines: readonly string[]): void {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const text = readFileSync(file, 'utf8');
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from)
    throw new RangeError(`${file.pathname}: expected the markers ${open} and ${close}, got none`);
  writeFileSync(file, `${text.slice(0, from + open.length)}\n\n${lines.join('\n')}\n\n${text.slice(to)}`);
}

/** A table in Markdown. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), `|${header.map(() => '---').join('|')}|`, ...rows.map(line)];
}
