import { type GateKind, type GateReport, gateKind } from '../../structure/gates.js';
import { clamp, element, group, text, title } from '../svg.js';
import { type BlockColumns, type Column, GAP } from './columns.js';
import { type Grid, meanRate, type Row } from './rows.js';
import { type Colours, STEPS } from './style.js';
import { blockTip, columnTip, fitted } from './words.js';

/** Height of the block names, of the strip of kinds and of the gap above it, pixels. */
export const NAMES = 20;
export const STRIP_GAP = 4;
export const STRIP = 10;
/** From the labels of the rows to the first column. */
export const LABEL_GAP = 8;

const KINDS = ['on', 'dependent', 'off'] as const satisfies readonly GateKind[];

/** What all lines of blocks have in common. */
export interface Frame {
  report: GateReport;
  rows: readonly Row[];
  grid: Grid;
  /** Room for the labels of the rows. */
  gutter: number;
  /** Width of a column. */
  cell: number;
  colours: Colours;
  /** How blocks are named. */
  nameOf(name: string): string;
}

/** Blocks beside one another: names above, the map, and the strip of kinds below; y is the top. */
export function drawLine(line: readonly BlockColumns[], y: number, frame: Frame): string[] {
  const { report, rows, grid, gutter, cell, colours } = frame;
  const top = y + NAMES;
  const empty = () => colours.scale.map((): string[] => []);
  const [ofAll, ofClasses] = [empty(), empty()];
  const strips = { on: [] as string[], dependent: [] as string[], off: [] as string[] };
  const names: string[] = [];
  const tips: string[] = [];
  let x = gutter;
  for (const { block, columns } of line) {
    const width = columns.length * cell;
    names.push(drawName({ block, columns }, x, y, frame));
    rows.forEach((row, r) => {
      addRow(r === 0 ? ofAll : ofClasses, row, columns, { x, y: top + grid.middle[r]!, cell });
    });
    addStrip(strips, columns, report, { x, y: top + grid.height + STRIP_GAP, cell });
    columns.forEach(({ gates }, i) => {
      const box = { x: x + i * cell, y: top, width: cell, height: grid.height + STRIP_GAP + STRIP };
      tips.push(element('rect', box, title(columnTip(gates, block, rows))));
    });
    x += width + GAP;
  }
  return [
    drawLabels(top, frame),
    ...names,
    drawMap(ofAll, grid.first, colours),
    drawMap(ofClasses, grid.cell, colours),
    group(
      { 'shape-rendering': 'crispEdges' },
      KINDS.filter((kind) => strips[kind].length).map((kind) =>
        element('path', { class: kind, fill: colours[kind], d: strips[kind].join('') }),
      ),
    ),
    group({ fill: 'none', 'pointer-events': 'all' }, tips),
  ];
}

/** Labels of rows lower than the letters stand as far apart as these need. */
function drawLabels(top: number, { rows, grid, gutter }: Frame): string {
  const every = Math.ceil(12 / grid.cell);
  const labels = rows.flatMap(({ label }, r) =>
    r === 0 || (r - 1) % every === 0 ? [text(gutter - LABEL_GAP, top + grid.middle[r]! + 4, label)] : [],
  );
  return group({ 'text-anchor': 'end' }, labels);
}

function drawName({ block, columns }: BlockColumns, x: number, y: number, { cell, colours, nameOf }: Frame): string {
  const width = columns.length * cell;
  return element(
    'g',
    {},
    title(blockTip(block)),
    element('rect', { x, y, width, height: NAMES, fill: 'none', 'pointer-events': 'all' }),
    text(x, y + 11, fitted(nameOf(block.name), width + GAP - 2)),
    element('path', { class: 'rule', d: `M${x} ${y + 15.5}h${width}`, stroke: colours.rule }),
  );
}

/** A path for each level of the scale. */
function drawMap(levels: readonly string[][], thickness: number, { scale }: Colours): string {
  return group(
    { fill: 'none', 'stroke-width': thickness, 'shape-rendering': 'crispEdges' },
    levels.flatMap((path, level) =>
      path.length ? [element('path', { class: `l${level}`, stroke: scale[level], d: path.join('') })] : [],
    ),
  );
}

/** Strokes along a row, one for columns of one level that follow one another. */
function addRow(
  levels: string[][],
  row: Row,
  columns: readonly Column[],
  { x, y, cell }: { x: number; y: number; cell: number },
): void {
  const level = columns.map(({ gates }) => {
    const rate = meanRate(row, gates);
    return rate === null ? -1 : levelOf(rate);
  });
  for (let from = 0; from < level.length; ) {
    let end = from + 1;
    while (end < level.length && level[end] === level[from]) end++;
    if (level[from]! >= 0) levels[level[from]!]!.push(`M${x + from * cell} ${y}h${(end - from) * cell}`);
    from = end;
  }
}

/** A full step only for gates that never or always open: rounding must not make one of them. */
function levelOf(rate: number): number {
  if (rate === 0 || rate === 1) return rate * STEPS;
  return clamp(Math.round(rate * STEPS), 1, STEPS - 1);
}

/** Boxes below a column, as high as the kind is frequent among its gates. */
function addStrip(
  strips: Record<GateKind, string[]>,
  columns: readonly Column[],
  { openRate }: GateReport,
  { x, y, cell }: { x: number; y: number; cell: number },
): void {
  columns.forEach(({ gates }, i) => {
    let top = 0;
    let seen = 0;
    for (const kind of KINDS) {
      seen += gates.filter((gate) => gateKind(openRate[gate]!) === kind).length;
      const bottom = Math.round((STRIP * seen) / gates.length);
      if (bottom > top) strips[kind].push(`M${x + i * cell} ${y + top}h${cell}v${bottom - top}h-${cell}z`);
      top = bottom;
    }
  });
}
