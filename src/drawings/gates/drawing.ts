import { requireInteger, requireOptions } from '../../check/require.js';
import type { GateReport } from '../../models/gaternet/gate-report.js';
import { drawing, element, group, text } from '../svg.js';
import { breakLines, columnsOf } from './columns.js';
import { legendOf } from './legend.js';
import { drawLine, type Frame, LABEL_GAP, NAMES, STRIP, STRIP_GAP } from './line.js';
import { rowPlaces, rowsOf } from './rows.js';
import { coloursOf, darkStyle, FONT, MARGIN, SCOPE } from './style.js';
import { broken, describe, nameStyle, widthOf } from './words.js';

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
  const { width, order, theme, title } = checkOptions(options);
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
