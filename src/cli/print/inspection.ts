import type { ColumnSummary } from '../../data/tables/describe.js';
import type { TargetSummary } from '../../data/tables/describe-matrix.js';
import { takenLine } from '../../data/tables/taken.js';
import { percentOf } from '../../numeric/format.js';
import { oneLine } from '../errors.js';
import type { Look } from '../read/look.js';
import { count, plural, print } from './output.js';

/** Columns of more are told by kind. */
const MOST_LINES = 100;
const MOST_CLASSES = 20;
const MOST_NAME = 20;
/** Of a terminal of usual width. */
const WIDTH = 80;

/** What a file holds, for people. `goesOn`: the command that would learn from it, where it cannot be learned from as it is. */
export function printInspection(look: Look, goesOn: string | undefined): void {
  const { name, rows, columns, target, taken, warnings, troubles } = look;
  print(
    `${name}: ${look.image ? imagesLine(look.image, rows) : `${plural(rows, 'row')}, ${plural(columns.length, 'column')}`}`,
  );
  print(`Read as: ${oneLine(takenLine(taken))}${look.image ? '' : '\n'}`);
  if (look.image) printRange(columns);
  else if (columns.length > MOST_LINES) printKinds(columns, rows);
  else printColumns(columns, rows);
  if (target) printTarget(target);
  if (warnings.length > 0) print(`\nWarnings:\n${warnings.map((line) => `  ${oneLine(line)}`).join('\n')}`);
  if (troubles.length === 0) return;
  print(`\nNothing can be learned from it as it is:\n${troubles.map((line) => `  ${oneLine(line)}`).join('\n')}`);
  if (goesOn !== undefined) print(`This goes on:\n  ${goesOn}`);
}

/** `120 images, 32 x 32, colour` */
function imagesLine({ channels, height, width }: NonNullable<Look['image']>, rows: number): string {
  const colours = channels === 3 ? 'colour' : channels === 1 ? 'grey' : plural(channels, 'channel');
  return `${plural(rows, 'image')}, ${width} x ${height}, ${colours}`;
}

/** Pixels are alike, and not told one by one. */
function printRange(pixels: readonly ColumnSummary[]): void {
  const low = pixels.reduce((least, { min }) => Math.min(least, min!), Number.POSITIVE_INFINITY);
  const high = pixels.reduce((most, { max }) => Math.max(most, max!), Number.NEGATIVE_INFINITY);
  print(`Pixels from ${number(low)} to ${number(high)}`);
}

function printColumns(columns: readonly ColumnSummary[], rows: number): void {
  const head = ['column', 'kind', 'missing', 'distinct', 'values'];
  const lines = columns.map((column) => [
    short(column.name, MOST_NAME),
    column.kind,
    column.missing === 0 ? '-' : count(column.missing),
    column.distinct === undefined ? '' : count(column.distinct),
    contentsOf(column, rows),
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...lines.map((line) => line[i]!.length)));
  const width = Math.max(WIDTH, process.stdout.columns ?? 0);
  for (const [name, kind, missing, distinct, contents] of [head, ...lines]) {
    const cells = [
      name!.padEnd(widths[0]!),
      kind!.padEnd(widths[1]!),
      missing!.padStart(widths[2]!),
      distinct!.padStart(widths[3]!),
    ].join('  ');
    print(`${cells}  ${short(contents!, width - cells.length - 2)}`.trimEnd());
  }
}

function contentsOf(
  { kind, min, mean, max, earliest, latest, most, words, present, constant, duplicateOf }: ColumnSummary,
  rows: number,
) {
  const parts: string[] = [];
  if (duplicateOf !== undefined) parts.push(`same as ${short(duplicateOf, MOST_NAME)}`);
  if (constant) parts.push('constant');
  if (words !== undefined) parts.push(plural(words, 'word'));
  if (present !== undefined) parts.push(`not 0 in ${percentOf(present / rows)}`);
  if (min !== undefined && kind !== 'categorical' && kind !== 'text' && !(kind === 'binary' && present !== undefined))
    parts.push(min === max ? number(min) : `${number(min)} to ${number(max!)}, mean ${number(mean!)}`);
  if (earliest !== undefined) parts.push(earliest === latest ? earliest : `${earliest} to ${latest}`);
  const frequent = (most ?? []).slice(0, kind === 'text' ? 1 : 3);
  parts.push(...frequent.map(({ value, rows: n }) => `${short(value, MOST_NAME)} ${percentOf(n / rows)}`));
  return oneLine(parts.join(', '));
}

/** Of wide data. */
function printKinds(columns: readonly ColumnSummary[], rows: number): void {
  for (const kind of new Set(columns.map((column) => column.kind))) {
    const of = columns.filter((column) => column.kind === kind);
    const [lows, highs] = [of.flatMap(({ min }) => min ?? []), of.flatMap(({ max }) => max ?? [])];
    const low = lows.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const high = highs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    print(`${plural(of.length, `${kind} column`)}${lows.length ? `, from ${number(low)} to ${number(high)}` : ''}`);
  }
  const present = columns.reduce((sum, column) => sum + (column.present ?? rows - column.missing), 0);
  if (columns.some((column) => column.present !== undefined))
    print(`${percentOf(present / rows / columns.length)} of the cells are not 0`);
  const tell = (what: string, of: readonly ColumnSummary[]) => {
    if (of.length === 0) return;
    const names = of.slice(0, 5).map(({ name }) => short(name, MOST_NAME));
    print(`${plural(of.length, 'column')} ${what}: ${names.join(', ')}${of.length > 5 ? ', …' : ''}`);
  };
  tell(
    'with missing cells',
    columns.filter(({ missing }) => missing > 0),
  );
  tell(
    'with one value',
    columns.filter(({ constant }) => constant),
  );
  tell(
    'the same as another',
    columns.filter(({ duplicateOf }) => duplicateOf !== undefined),
  );
}

function printTarget({ kind, name, classes = [], tasks = [], min, mean, max }: TargetSummary): void {
  print(`\nTarget${name === undefined ? '' : ` ${name}`}: ${kind}`);
  if (kind === 'values') print(`  ${number(min!)} to ${number(max!)}, mean ${number(mean!)}`);
  for (const { name: label, rows, share } of classes.slice(0, MOST_CLASSES))
    print(`  ${short(label, MOST_NAME).padEnd(MOST_NAME)} ${count(rows).padStart(9)}  ${percentOf(share)}`);
  if (classes.length > MOST_CLASSES) print(`  … and ${plural(classes.length - MOST_CLASSES, 'class', 'classes')} more`);
  for (const { name: task, yes, no, missing } of tasks.slice(0, MOST_CLASSES))
    print(
      `  ${short(task, MOST_NAME).padEnd(MOST_NAME)} ${count(yes)} yes, ${count(no)} no, ${count(missing)} missing`,
    );
  if (tasks.length > MOST_CLASSES) print(`  … and ${plural(tasks.length - MOST_CLASSES, 'task')} more`);
}

/** Five digits where there are more, whole numbers as they are. */
function number(x: number): string {
  return Number.isInteger(x) && Math.abs(x) < 1e15 ? String(x) : String(Number(x.toPrecision(5)));
}

function short(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, Math.max(0, most - 1))}…` : text;
}
