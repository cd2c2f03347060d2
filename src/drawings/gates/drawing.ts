import { complete } from '../../check/complete.js';
import type { Options, OptionsOf } from '../../check/option.js';
import { type GateReport, requireReport } from '../../structure/gates.js';
import { drawing, element, group, text } from '../svg.js';
import { breakLines, columnsOf } from './columns.js';
import { legendOf } from './legend.js';
import { drawLine, type Frame, LABEL_GAP, NAMES, STRIP, STRIP_GAP } from './line.js';
import { rowPlaces, rowsOf } from './rows.js';
import { coloursOf, darkStyle, FONT, MARGIN, SCOPE } from './style.js';
import { broken, describe, nameStyle, widthOf } from './words.js';

/** Options of gatesToSvg. */
export const GATE_SVG = {
  width: {
    kind: 'integer',
    from: 320,
    default: 960,
    doc: 'Width of the drawing, px; blocks go on to as many lines as they need.',
  },
  order: {
    kind: 'choice',
    of: ['rate', 'number'],
    default: 'rate',
    doc: 'How the gates of a block follow one another: by falling open rate, or as they are numbered.',
  },
  theme: {
    kind: 'choice',
    of: ['auto', 'light', 'dark'],
    default: 'auto',
    doc: "Colours; auto: as the reader's system is set.",
  },
  title: {
    kind: 'text',
    defaultDoc: 'the counts',
    doc: "Words for the drawing's own tooltip and for screen readers.",
  },
} as const satisfies Options;

export type GateSvgOptions = OptionsOf<typeof GATE_SVG>;

/** Height of a line of the drawing's first words, and the size of their letters. */
const HEAD = 18;
const HEAD_FONT = 13;
/** Between lines of blocks. */
const LINE_GAP = 14;
/** Height of a line of the note below the legend. */
const NOTE = 14;

/**
 * A self-contained heat map: a column a gate, a row a class, coloured by the share of the class's images that open the gate; below, which gates
 * are always open, always closed or depend on the image. Blocks keep their order and are named. Nets of very many gates get a column for several
 * that follow one another in their block. Without script, and legible without its style sheet (in light colours) where a page forbids it.
 * Same report and options, same bytes.
 */
export function gatesToSvg(report: GateReport, options: GateSvgOptions = {}): string {
  requireReport(report);
  const { width, order, theme, title } = complete(GATE_SVG, options, 'gatesToSvg');
  const colours = coloursOf(theme);
  const rows = rowsOf(report);
  const grid = rowPlaces(rows);
  const gutter = Math.ceil(Math.max(...rows.map(({ label }) => widthOf(label)))) + MARGIN + LABEL_GAP;
  const room = width - gutter - MARGIN;
  const { binned, columns } = columnsOf(report, order, rows.length, room);
  const { cell, lines } = breakLines(columns, room);
  const frame: Frame = { report, rows, grid, gutter, cell, colours, nameOf: nameStyle(columns, cell) };

  const head = headLines(report, width);
  const legend = legendOf(report, width, colours);
  const top = MARGIN + HEAD * head.length + 6;
  const lineHeight = NAMES + grid.height + STRIP_GAP + STRIP + LINE_GAP;
  const below = top + lines.length * lineHeight + 4;
  const note = binned > 1 ? broken(binNote(binned, order), width - 2 * MARGIN) : [];
  const height = below + legend.height + (note.length ? 6 : 0) + NOTE * note.length + MARGIN - 4;
  const { paper, ink, soft } = colours;
  const letters = { class: SCOPE, 'font-family': 'system-ui,sans-serif', 'font-size': FONT, fill: soft };
  return drawing(width, height, letters, title ?? describe(report).join(' '), [
    ...(theme === 'auto' ? [element('style', {}, darkStyle())] : []),
    element('rect', { class: 'paper', width, height, fill: paper }),
    group(
      { class: 'ink', 'font-size': HEAD_FONT, 'font-weight': 600, fill: ink },
      head.map((words, i) => text(MARGIN, MARGIN + 10 + i * HEAD, words)),
    ),
    ...lines.flatMap((line, i) => drawLine(line, top + i * lineHeight, frame)),
    group({ transform: `translate(${MARGIN} ${below})` }, [
      ...legend.parts,
      ...note.map((words, i) => text(0, legend.height + NOTE * (i + 1), words)),
    ]),
  ]);
}

/** The description in one line, or in two where it is too long. */
function headLines(report: GateReport, width: number): string[] {
  const parts = describe(report);
  // Bold letters are wider.
  return 1.1 * widthOf(parts.join(' '), HEAD_FONT) <= width - 2 * MARGIN ? [parts.join(' ')] : parts;
}

function binNote(binned: number, order: 'rate' | 'number'): string {
  return `A column is up to ${binned} gates of a block${order === 'rate' ? ' that open about as often' : ''}: their mean.`;
}
