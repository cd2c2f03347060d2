// Simple readers of the text formats, written from their descriptions: what the package reads must be what these read.

export interface Rows {
  readonly labels: number[];
  readonly tasks: boolean;
  readonly rows: [column: number, value: number][][];
}

/** The authors' sparse text, without options; undefined for what departs from it. */
export function sparseTwin(text: string): Rows | undefined {
  const whole = text.replace(/[ \t\r\n]+$/, '');
  const lines = (whole.startsWith('\ufeff') ? whole.slice(1) : whole).split('\n');
  if (whole === '' || whole === '\ufeff') return undefined;
  const labelsOf = (line: string) =>
    line
      .split(',')[0]!
      .split(/[ \t\r]+/)
      .filter((label) => label !== '');
  const width = labelsOf(lines[0]!).length;
  const tasks = width > 1;
  const labels: number[] = [];
  const rows: Rows['rows'] = [];
  let entries = 0;
  let widest = 0;
  for (const line of lines) {
    const own = labelsOf(line);
    if (own.length === 0 || own.length !== width) return undefined;
    for (const label of own) {
      if (tasks ? !/^(?:0*[01]|\?)$/.test(label) : !/^\d+$/.test(label) || Number(label) > 0x7ffffffe) return undefined;
      labels.push(label === '?' ? -1 : Number(label));
    }
    const row = new Map<number, number>();
    for (const item of line.split(',').slice(1)) {
      const [, column, cell] = /^[ \t\r]*(\d+):(.*)$/s.exec(item) ?? [];
      const value = cell?.trim();
      if (!value || !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value)) return undefined;
      if (Number(column) >= 0x7fffffff || row.has(Number(column))) return undefined;
      if (!Number.isFinite(Math.fround(Number(value)))) return undefined;
      row.set(Number(column), Math.fround(Number(value)));
    }
    rows.push([...row].filter(([, value]) => value !== 0).sort(([a], [b]) => a - b));
    entries += row.size;
    widest = Math.max(widest, ...row.keys());
  }
  // What a short text cannot mean, unless an option says so.
  if (widest >= Math.max(2 ** 20, 16 * entries)) return undefined;
  if (!tasks && labels.some((label) => label >= 0x7fffffff)) return undefined;
  return { labels, tasks, rows };
}

/** svmlight, without options: labels as numbers, columns as numbered from 0; undefined for what departs from it. */
export function svmlightTwin(text: string): Pick<Rows, 'labels' | 'rows'> | undefined {
  const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
  const labels: number[] = [];
  const rows: Rows['rows'] = [];
  let entries = 0;
  for (const line of text.replace(/^\ufeff/, '').split('\n')) {
    const [label, ...items] = line
      .replace(/#.*/s, '')
      .split(/[ \t\r]+/)
      .filter((item) => item !== '');
    if (label === undefined) continue;
    if (!number.test(label.trim()) || !Number.isFinite(Number(label))) return undefined;
    labels.push(Number(label) + 0);
    const row = new Map<number, number>();
    for (const item of items) {
      if (item.startsWith('qid:')) continue;
      const [, column, value] = /^(\d+):(.*)$/s.exec(item) ?? [];
      if (!value || !number.test(value.trim()) || row.has(Number(column))) return undefined;
      if (!Number.isFinite(Math.fround(Number(value)))) return undefined;
      row.set(Number(column), Math.fround(Number(value)));
    }
    rows.push([...row].sort(([a], [b]) => a - b));
    entries += row.size;
  }
  const all = rows.flat().map(([column]) => column);
  const base = all.includes(0) ? 0 : 1;
  const widest = all.reduce((a, b) => Math.max(a, b), 0);
  if (rows.length === 0 || widest >= 1 + Math.max(2 ** 20, 16 * entries)) return undefined;
  const kept = rows.map((row) => row.flatMap(([c, v]): [number, number][] => (v === 0 ? [] : [[c - base, v]])));
  return { labels, rows: kept };
}

/** IDX; undefined for what is none. */
export function idxTwin(bytes: Uint8Array): { shape: number[]; values: number[] } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0 || bytes[3] === 0) return undefined;
  const axes = bytes[3]!;
  const width = new Map([
    [8, 1],
    [9, 1],
    [11, 2],
    [12, 4],
    [13, 4],
    [14, 8],
  ]).get(bytes[2]!);
  if (width === undefined || bytes.length < 4 + 4 * axes) return undefined;
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = shape.reduce((product, size) => product * size, 1);
  if (bytes.length !== 4 + 4 * axes + count * width) return undefined;
  const read = [view.getUint8, view.getInt8, undefined, view.getInt16, view.getInt32, view.getFloat32, view.getFloat64];
  const get = read[bytes[2]! - 8]!;
  return { shape, values: Array.from({ length: count }, (_, i) => get.call(view, 4 + 4 * axes + i * width)) };
}
