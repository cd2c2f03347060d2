import { requireInteger, requireOptions } from '../check/require.js';
import { type GateBlockReport, type GateReport, gateKind } from '../models/gaternet/gate-report.js';
import { count } from '../numeric/words.js';
import { clamp, xml } from './svg.js';

export interface GateSvgOptions {
  /** Width of the drawing, px, from 320. Blocks go on to as many lines as they need. Default 960. */
  width?: number;
  /** How the gates of a block follow one another: by falling open rate (default), or as they are numbered. */
  order?: 'rate' | 'number';
  /** Default 'auto': what the reader's system is set to. */
  theme?: 'auto' | 'light' | 'dark';
  /** Words for the drawing's own tooltip and for screen readers. Default: the counts. */
  title?: string;
}

/**
 * A self-contained heat map: a column a gate, a row a class, coloured by the share of the class's images that open the gate; below, which gates
 * are always open, always closed or depend on the image. Blocks keep their order and are named. Nets of very many gates get a column for several
 * that follow one another in their block. Without script, and legible without its style sheet (in light colours) where a page forbids it.
 * Same report and options, same bytes.
 */
export function gatesToSvg(report: GateReport, options: GateSvgOptions = {}): string {
  const { width, order, theme, title } = checkOptions(options);
  const rows = rowsOf(report);
  const gutter = Math.ceil(Math.max(...rows.map(({ label }) => textWidth(label)))) + MARGIN + 8;
  const { binned, columns } = columnsOf(report, order, rows.length, width - gutter - MARGIN);
  const { cell, lines } = breakLines(columns, width - gutter - MARGIN);
  const grid = rowPlaces(rows);

  const legend = legendOf(report, width, theme);
  const out: string[] = [];
  const lineHeight = NAMES + grid.height + STRIP_GAP + STRIP;
  const head = headLines(report, width);
  let y = MARGIN + HEAD * head.length + 6;
  for (const line of lines) {
    out.push(...drawLine(line, { report, rows, grid, gutter, cell, y, theme, names: nameStyle(columns, cell) }));
    y += lineHeight + LINE_GAP;
  }
  y += 4;
  const height = y + legend.height + (binned > 1 ? 20 : 0) + MARGIN - 4;
  const { paper, ink, soft } = palette(theme);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" class="${SCOPE}" font-family="system-ui,sans-serif" font-size="${FONT}" fill="${soft}">`,
    `<title>${xml(title ?? describe(report).join(' '))}</title>`,
    ...(theme === 'auto' ? [`<style>${darkStyle()}</style>`] : []),
    `<rect class="paper" width="${width}" height="${height}" fill="${paper}"/>`,
    `<g class="ink" font-size="${HEAD_FONT}" font-weight="600" fill="${ink}">`,
    ...head.map((words, i) => text(MARGIN, MARGIN + 10 + i * HEAD, words)),
    '</g>',
    ...out,
    `<g transform="translate(${MARGIN} ${y})">`,
    ...legend.parts,
    ...(binned > 1 ? [text(0, legend.height + 14, binNote(binned, order))] : []),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Also the class of the svg element, so that the style below reaches nothing else of a page it stands in. */
const SCOPE = 'espalier-gates';
const FONT = 11;
const MARGIN = 14;
/** Height of a line of the drawing's first words, and of block names. */
const HEAD = 18;
const HEAD_FONT = 13;
const NAMES = 20;
const STRIP_GAP = 4;
const STRIP = 10;
const LINE_GAP = 14;
/** Between blocks, and between the row of all images and the classes. */
const GAP = 8;
const MOST_COLUMNS = 720;
/** Beyond it a drawing of many classes gets fewer columns. */
const MOST_CELLS = 60_000;
const WIDEST_CELL = 14;
const NARROWEST_CELL = 4;
/** Classes that a tooltip lists; of more it names the extremes. */
const LISTED = 12;

/**
 * 0 % to 100 % by steps of 5. The steps are even in OKLab, where distance is what the eye sees; lightness alone tells them apart, so that colour-blind
 * eyes and grey prints do as well. Closed is near the paper, in light and in dark.
 */
const LIGHT =
  '#f0f1e5 #e3e8d5 #d5dfc6 #c5d7b9 #b4ceae #a2c6a5 #8fbe9e #7cb599 #69ac95 #56a392 #44998f #358e8c #288488 #1f7984 #1c6d7e #1d6277 #20576f #224c65 #24415a #24374e #222e41'.split(
    ' ',
  );
const DARK =
  '#212836 #243142 #263a4f #27445a #274f65 #255a6f #246578 #24717f #277c85 #2e888a #39938e #479d91 #57a893 #69b296 #7cbb99 #8fc59d #a2cda2 #b5d6a9 #c7dfb2 #d9e7bc #e9f0c9'.split(
    ' ',
  );
const STEPS = LIGHT.length - 1;

const COLOURS = {
  light: {
    paper: '#fdfcf9',
    ink: '#1f2d3a',
    soft: '#5d645f',
    rule: '#c9c8c0',
    on: '#222e41',
    dependent: '#d9541e',
    off: '#dcdbd3',
  },
  dark: {
    paper: '#161a17',
    ink: '#ecefec',
    soft: '#a5ada8',
    rule: '#454c47',
    on: '#e9f0c9',
    dependent: '#ff8a5b',
    off: '#333a35',
  },
};

type Theme = NonNullable<GateSvgOptions['theme']>;

/** Of a drawing that follows the reader, what stands in attributes is the light one. */
const palette = (theme: Theme) => COLOURS[theme === 'dark' ? 'dark' : 'light'];
const ramp = (theme: Theme) => (theme === 'dark' ? DARK : LIGHT);

/** A row of the map: all images, or those of a class. */
interface Row {
  label: string;
  /** Share of its images that open the gate; null where it has none. */
  rate(gate: number): number | null;
}

/** Gates of one block that share a column: one, where there is room. */
interface Column {
  gates: readonly number[];
}

interface BlockColumns {
  block: GateBlockReport;
  columns: readonly Column[];
}

function rowsOf({ openRate, classes }: GateReport): Row[] {
  const all: Row = { label: classes ? 'all' : 'all images', rate: (g) => openRate[g]! };
  if (!classes) return [all];
  return [
    all,
    ...classes.names.map((name, c) => ({ label: shorten(name, 18), rate: (g: number) => classes.openRate[g]![c]! })),
  ];
}

/** The gates in columns, and how many share one. */
function columnsOf(
  { blocks, openRate, gates }: GateReport,
  order: 'rate' | 'number',
  rows: number,
  room: number,
): { binned: number; columns: BlockColumns[] } {
  const most = Math.max(blocks.length, Math.min(MOST_COLUMNS, Math.floor(MOST_CELLS / rows)));
  const largest = Math.max(...blocks.map(({ count }) => count));
  const wide = Math.floor(room / NARROWEST_CELL);
  const needed = (size: number) => blocks.reduce((sum, { count }) => sum + Math.ceil(count / size), 0);
  let binned = Math.max(1, Math.ceil(largest / wide), Math.floor(gates / most));
  while (needed(binned) > most) binned++;
  const columns = blocks.map((block) => {
    const places = Array.from({ length: block.count }, (_, i) => block.first + i);
    if (order === 'rate') places.sort((a, b) => openRate[b]! - openRate[a]! || a - b);
    return {
      block,
      columns: Array.from({ length: Math.ceil(block.count / binned) }, (_, i) => ({
        gates: places.slice(i * binned, (i + 1) * binned),
      })),
    };
  });
  return { binned, columns };
}

/** Blocks in as few lines as cells of a fair width allow, and the widest cells, whole pixels, with which they fit these lines. */
function breakLines(blocks: readonly BlockColumns[], room: number): { cell: number; lines: BlockColumns[][] } {
  const broken = (cell: number) => {
    const lines: BlockColumns[][] = [];
    let used = Infinity;
    for (const block of blocks) {
      const width = block.columns.length * cell;
      if (used + GAP + width > room) {
        lines.push([]);
        used = -GAP;
      }
      lines[lines.length - 1]!.push(block);
      used += GAP + width;
    }
    return lines;
  };
  const fewest = broken(NARROWEST_CELL + 1).length;
  const widest = Math.max(...blocks.map(({ columns }) => columns.length));
  let cell = clamp(Math.floor(room / widest), NARROWEST_CELL, WIDEST_CELL);
  while (cell > NARROWEST_CELL && broken(cell).length > fewest) cell--;
  return { cell, lines: broken(cell) };
}

interface Grid {
  /** Middle of each row, from the first one's top. */
  middle: number[];
  /** Height of the first row, and of those of the classes. */
  first: number;
  cell: number;
  height: number;
}

/** Many classes get low rows; the first row, of all images, stays legible. */
function rowPlaces(rows: readonly Row[]): Grid {
  const cell = rows.length <= 14 ? 14 : rows.length <= 32 ? 12 : clamp(2 * Math.round(210 / rows.length), 2, 10);
  const first = Math.max(cell, 12);
  const middle = rows.map((_, r) => (r === 0 ? first / 2 : first + 4 + (r - 0.5) * cell));
  return { middle, first, cell, height: middle[middle.length - 1]! + (rows.length === 1 ? first : cell) / 2 };
}

interface Place {
  report: GateReport;
  rows: readonly Row[];
  grid: Grid;
  gutter: number;
  cell: number;
  y: number;
  theme: Theme;
  names: (name: string) => string;
}

function drawLine(line: readonly BlockColumns[], place: Place): string[] {
  const { report, rows, grid, gutter, cell, y, theme, names } = place;
  const colours = palette(theme);
  const top = y + NAMES;
  const out = ['<g text-anchor="end">'];
  // Labels of rows lower than the letters stand as far apart as these need.
  const every = Math.ceil(12 / grid.cell);
  rows.forEach(({ label }, r) => {
    if (r === 0 || (r - 1) % every === 0) {
      out.push(text(gutter - 8, top + grid.middle[r]! + 4, label));
    }
  });
  out.push('</g>');

  const ofAll: string[][] = ramp(theme).map(() => []);
  const ofClasses: string[][] = ramp(theme).map(() => []);
  const strips = { on: [] as string[], dependent: [] as string[], off: [] as string[] };
  const tips: string[] = [];
  let x = gutter;
  for (const { block, columns } of line) {
    const width = columns.length * cell;
    out.push(
      `<g><title>${xml(blockTip(block))}</title><rect x="${x}" y="${y}" width="${width}" height="${NAMES}" fill="none" pointer-events="all"/>${text(x, y + 11, fitted(names(block.name), width + GAP - 2))}<path class="rule" d="M${x} ${y + 15.5}h${width}" stroke="${colours.rule}"/></g>`,
    );
    rows.forEach((row, r) => {
      addRow(r === 0 ? ofAll : ofClasses, row, columns, { x, y: top + grid.middle[r]!, cell });
    });
    addStrip(strips, columns, report, { x, y: top + grid.height + STRIP_GAP, cell });
    columns.forEach(({ gates }, i) => {
      tips.push(
        `<rect x="${x + i * cell}" y="${top}" width="${cell}" height="${grid.height + STRIP_GAP + STRIP}"><title>${xml(columnTip(gates, block, report))}</title></rect>`,
      );
    });
    x += width + GAP;
  }
  for (const [levels, thickness] of [
    [ofAll, grid.first],
    [ofClasses, grid.cell],
  ] as const) {
    out.push(`<g fill="none" stroke-width="${thickness}" shape-rendering="crispEdges">`);
    levels.forEach((path, level) => {
      if (path.length) out.push(`<path class="l${level}" stroke="${ramp(theme)[level]}" d="${path.join('')}"/>`);
    });
    out.push('</g>');
  }
  out.push('<g shape-rendering="crispEdges">');
  for (const kind of ['on', 'dependent', 'off'] as const) {
    if (strips[kind].length) out.push(`<path class="${kind}" fill="${colours[kind]}" d="${strips[kind].join('')}"/>`);
  }
  out.push('</g>', '<g fill="none" pointer-events="all">', ...tips, '</g>');
  return out;
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

function addStrip(
  strips: Record<'on' | 'dependent' | 'off', string[]>,
  columns: readonly Column[],
  { openRate }: GateReport,
  { x, y, cell }: { x: number; y: number; cell: number },
): void {
  columns.forEach(({ gates }, i) => {
    let top = 0;
    let seen = 0;
    for (const kind of ['on', 'dependent', 'off'] as const) {
      seen += gates.filter((g) => gateKind(openRate[g]!) === kind).length;
      const bottom = Math.round((STRIP * seen) / gates.length);
      if (bottom > top) strips[kind].push(`M${x + i * cell} ${y + top}h${cell}v${bottom - top}h-${cell}z`);
      top = bottom;
    }
  });
}

function meanRate(row: Row, gates: readonly number[]): number | null {
  let sum = 0;
  for (const gate of gates) {
    const rate = row.rate(gate);
    if (rate === null) return null;
    sum += rate;
  }
  return sum / gates.length;
}

function blockTip({ name, count, alwaysOn, alwaysOff, inputDependent, meanOpen }: GateBlockReport): string {
  return `${name}: ${plural(count, 'gate')}, ${percent(meanOpen)} open\n${alwaysOn} always open, ${inputDependent} dependent on the image, ${alwaysOff} always closed`;
}

function columnTip(gates: readonly number[], { name, first }: GateBlockReport, report: GateReport): string {
  const { openRate, classes } = report;
  const mean = meanRate({ label: '', rate: (g) => openRate[g]! }, gates)!;
  const which =
    gates.length === 1
      ? `${name}, filter ${gates[0]! - first}`
      : `${name}, ${gates.length} filters (${listed(gates.map((g) => g - first))})`;
  const head = `${which}: ${percent(mean)} open`;
  if (!classes || mean === 0 || mean === 1) return head;
  const rates = classes.names.flatMap((className, c) => {
    const rate = meanRate({ label: '', rate: (g) => classes.openRate[g]![c]! }, gates);
    return rate === null ? [] : [{ className, rate }];
  });
  const words = (list: typeof rates) =>
    list.map(({ className, rate }) => `${shorten(className, 18)} ${Math.round(100 * rate)}`).join(', ');
  if (rates.length <= LISTED) return `${head}\n${words(rates)}`;
  const sorted = [...rates].sort((a, b) => b.rate - a.rate);
  return `${head}\nmost: ${words(sorted.slice(0, 4))}\nleast: ${words(sorted.slice(-4).reverse())}`;
}

function listed(filters: number[]): string {
  return filters.length <= 6 ? filters.join(', ') : `${filters.slice(0, 5).join(', ')}, …`;
}

/** The first manner of naming in which every block's name fits above it: as it is, without what all names end in, by initials, by numbers. */
function nameStyle(blocks: readonly BlockColumns[], cell: number): (name: string) => string {
  const names = blocks.map(({ block }) => block.name);
  const parts = names.map((name) => name.split('.'));
  const last = parts[0]!.at(-1);
  const shared = parts.every((p) => p.length > 1 && p.at(-1) === last);
  const base = (name: string) => (shared ? name.slice(0, name.lastIndexOf('.')) : name);
  const styles = [
    (name: string) => name,
    base,
    (name: string) =>
      base(name)
        .split('.')
        .map((part) => part.replace(/^(\p{L})\D*(\d*)$/u, '$1$2'))
        .join('.'),
    (name: string) =>
      base(name)
        .split('.')
        .map((part) => /\d+$/.exec(part)?.[0] ?? part)
        .join('.'),
  ];
  const distinct = (style: (name: string) => string) => new Set(names.map(style)).size === new Set(names).size;
  const fits = (style: (name: string) => string) =>
    blocks.every(({ block, columns }) => textWidth(style(block.name)) <= columns.length * cell + GAP - 2);
  return styles.find((style) => distinct(style) && fits(style)) ?? styles.reverse().find(distinct)!;
}

/** The scale and the kinds with their counts, in lines of the drawing's width. */
function legendOf(report: GateReport, width: number, theme: Theme): { parts: string[]; height: number } {
  const colours = palette(theme);
  const { alwaysOn, alwaysOff, inputDependent } = report;
  const scale = ramp(theme)
    .map((colour, i) => `<path class="l${i}" stroke="${colour}" d="M${i * 5} 5h5"/>`)
    .join('');
  const scaleWidth = 5 * ramp(theme).length;
  const swatch = (kind: 'on' | 'dependent' | 'off', words: string) => ({
    drawn: `<rect class="${kind}" width="10" height="10" fill="${colours[kind]}"/>${text(16, 9, words)}`,
    width: 16 + textWidth(words),
  });
  const note = `100 % of ${report.classes ? 'a class’s' : 'the'} images`;
  const items = [
    {
      drawn: `${text(0, 9, '0 %')}<g transform="translate(26 0)" stroke-width="10" fill="none" shape-rendering="crispEdges">${scale}</g>${text(32 + scaleWidth, 9, note)}`,
      width: 32 + scaleWidth + textWidth(note),
    },
    swatch('on', `always open: ${count(alwaysOn)}`),
    swatch('dependent', `image-dependent: ${count(inputDependent)}`),
    swatch('off', `always closed: ${count(alwaysOff)}`),
  ];
  let x = 0;
  let y = 0;
  const parts = items.map((item) => {
    if (x > 0 && x + item.width > width - 2 * MARGIN) {
      x = 0;
      y += 18;
    }
    const part = `<g transform="translate(${Math.round(x)} ${y})">${item.drawn}</g>`;
    x += item.width + 14;
    return part;
  });
  return { parts, height: y + 12 };
}

function binNote(binned: number, order: 'rate' | 'number'): string {
  return `A column is up to ${binned} gates of a block${order === 'rate' ? ' that open about as often' : ''}: their mean.`;
}

/** Of a drawing that follows the reader: the dark colours, over the light ones in the attributes. */
function darkStyle(): string {
  const { paper, ink, soft, rule, on, dependent, off } = COLOURS.dark;
  const rules = [
    `{fill:${soft}}`,
    ` .paper{fill:${paper}}`,
    ` .ink{fill:${ink}}`,
    ` .rule{stroke:${rule}}`,
    ` .on{fill:${on}}`,
    ` .dependent{fill:${dependent}}`,
    ` .off{fill:${off}}`,
    ...DARK.map((colour, level) => ` .l${level}{stroke:${colour}}`),
  ];
  return `@media(prefers-color-scheme:dark){${rules.map((rest) => `.${SCOPE}${rest}`).join('')}}`;
}

/** The drawing in words, as two that go together. */
function describe({ gates, rows, meanOpen, openPerImage: { min, mean, max } }: GateReport): [string, string] {
  const average = mean < 1000 ? mean.toFixed(1) : count(Math.round(mean));
  const range = `${count(min)} to ${count(max)} in an image, ${average} on average`;
  return [
    `${plural(gates, 'gate')}, ${percent(meanOpen)} open over ${plural(rows, 'image')}:`,
    min === max ? `${count(min)} in each image` : range,
  ];
}

function headLines(report: GateReport, width: number): string[] {
  const parts = describe(report);
  // Bold letters are wider.
  return 1.1 * textWidth(parts.join(' '), HEAD_FONT) <= width - 2 * MARGIN ? [parts.join(' ')] : parts;
}

function text(x: number, y: number, words: string): string {
  return `<text x="${x}" y="${y}">${xml(words)}</text>`;
}

/** About what a sans-serif face needs. */
function textWidth(words: string, size = FONT): number {
  return Array.from(words).length * size * 0.56;
}

function fitted(words: string, width: number): string {
  const letters = Math.floor(width / (FONT * 0.56));
  return textWidth(words) <= width ? words : letters < 3 ? '' : shorten(words, letters);
}

function shorten(words: string, most: number): string {
  const characters = Array.from(words);
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : words;
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

function plural(n: number, one: string): string {
  return `${count(n)} ${one}${n === 1 ? '' : 's'}`;
}

function checkOptions(
  options: GateSvgOptions,
): Required<Omit<GateSvgOptions, 'title'>> & Pick<GateSvgOptions, 'title'> {
  requireOptions(options);
  const { width = 960, order = 'rate', theme = 'auto', title } = options;
  requireInteger(width, 320, 'width');
  if (order !== 'rate' && order !== 'number') throw new RangeError(`order: expected 'rate' or 'number', got ${order}`);
  if (!['auto', 'light', 'dark'].includes(theme)) {
    throw new RangeError(`theme: expected 'auto', 'light' or 'dark', got ${theme}`);
  }
  return { width, order, theme, title };
}
