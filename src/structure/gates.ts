import { requireNames } from '../check/names.js';
import { got } from '../check/phrase.js';
import { requireInteger, requireObject } from '../check/require.js';
import { log } from '../numeric/log.js';
import { type GateClasses, type GateLayout, type GateReport, requireLayout, requireReport } from './gate-report.js';

export type { GateBlock, GateBlockReport, GateClasses, GateLayout, GateReport } from './gate-report.js';

/** Of gates by classes: 1 GiB. */
const MOST_COUNTS = 2 ** 27;

/** Classes to tell apart. A dataset's class targets are of this form. */
export interface GateClassNames {
  readonly classes: number;
  readonly names?: readonly string[];
}

/** A gate that every image opens, one that none opens, or one that depends on the image. */
export type GateKind = 'on' | 'off' | 'dependent';

/** A gate that tells classes apart. */
export interface TellingGate {
  gate: number;
  block: string;
  /** Its place in the block. */
  filter: number;
  /** Mutual information with the class, nats. */
  information: number;
  /** The class that opens it most, and the one that opens it least; of equals the first. */
  most: number;
  least: number;
}

/**
 * The report on decided gates, [rows][gates] of 0 and 1. For more rows than memory should hold, see GateCounter.
 *
 * @throws TypeError for a wrong kind of argument, RangeError for lengths that do not fit, values other than 0 and 1,
 * and labels out of range
 */
export function gateReport(
  gates: Uint8Array | Float32Array,
  layout: GateLayout,
  labels?: GateClassNames & { readonly values: ArrayLike<number> },
): GateReport {
  const counter = new GateCounter(layout, labels);
  counter.add(gates, labels?.values);
  return counter.report();
}

/**
 * Counts gates batch by batch, and keeps nothing that grows with the rows. All it keeps are whole numbers: in whatever batches and order the rows
 * come, the report is the same.
 */
export class GateCounter {
  readonly layout: GateLayout;
  readonly gates: number;
  /** Class names; undefined where classes are not told apart. */
  readonly names: readonly string[] | undefined;
  private rows = 0;
  /** Rows of each class; of all rows where classes are not told apart. */
  private readonly rowsOf: Float64Array;
  /** [classes][gates]: rows that open the gate. */
  private readonly open: Float64Array;
  /** Rows by the number of gates they open, from none to all. */
  private readonly rowsByOpen: Float64Array;

  constructor(layout: GateLayout, classes?: GateClassNames) {
    requireLayout(layout, 'layout');
    this.layout = layout.map(({ name, first, count }) => ({ name, first, count }));
    const last = layout[layout.length - 1]!;
    this.gates = last.first + last.count;
    const groups = classes === undefined ? 1 : classesOf(classes);
    if (groups * this.gates > MOST_COUNTS)
      throw new RangeError(
        `layout: expected at most ${MOST_COUNTS} gates times classes, got ${this.gates} gates and ${groups} classes`,
      );
    this.names = classes && classNames(classes);
    this.rowsOf = new Float64Array(groups);
    this.open = new Float64Array(groups * this.gates);
    this.rowsByOpen = new Float64Array(this.gates + 1);
  }

  /** Adds rows of gates, [rows][gates] of 0 and 1, and their classes if these are told apart. After an error nothing was added. */
  add(gates: Uint8Array | Float32Array, labels?: ArrayLike<number>): void {
    const rows = this.check(gates, labels);
    for (let r = 0; r < rows; r++) {
      const group = this.names ? labels![r]! : 0;
      let opened = 0;
      for (let g = 0, at = r * this.gates, to = group * this.gates; g < this.gates; g++, at++, to++) {
        opened += gates[at]!;
        this.open[to]! += gates[at]!;
      }
      this.rowsOf[group]!++;
      this.rowsByOpen[opened]!++;
    }
    this.rows += rows;
  }

  /** Adds what another counter of the same gates and classes has counted. */
  merge(other: GateCounter): void {
    const shape = ({ layout, names }: GateCounter) =>
      JSON.stringify([layout.map(({ name, count }) => [name, count]), names ?? null]);
    if (!(other instanceof GateCounter)) throw new TypeError(`other: expected a GateCounter, got ${got(other)}`);
    if (shape(other) !== shape(this)) {
      const words = ({ gates, layout, names }: GateCounter) =>
        `${gates} gates in ${layout.length} blocks, ${names ? `${names.length} classes` : 'no classes'}`;
      throw new RangeError(
        `other: expected a counter of the same blocks and classes (${words(this)}), got ${words(other)}`,
      );
    }
    for (const [mine, added] of [
      [this.rowsOf, other.rowsOf],
      [this.open, other.open],
      [this.rowsByOpen, other.rowsByOpen],
    ] as const) {
      for (let i = 0; i < mine.length; i++) mine[i]! += added[i]!;
    }
    this.rows += other.rows;
  }

  /** @throws RangeError when nothing was added yet */
  report(): GateReport {
    const { rows, gates, names } = this;
    if (rows === 0) throw new RangeError('gates: expected at least one row before a report, got none');
    const groups = this.rowsOf.length;
    const open = Array.from({ length: gates }, (_, g) => {
      let sum = 0;
      for (let c = 0; c < groups; c++) sum += this.open[c * gates + g]!;
      return sum;
    });
    const openRate = open.map((n) => n / rows);
    const blocks = this.layout.map(({ name, first, count }) => ({
      name,
      first,
      count,
      ...summary(openRate.slice(first, first + count)),
    }));
    return {
      rows,
      gates,
      ...summary(openRate),
      openPerImage: this.openPerImage(),
      blocks,
      openRate,
      ...(names ? { classes: this.byClass(names, open) } : {}),
    };
  }

  private openPerImage(): GateReport['openPerImage'] {
    const { rowsByOpen, rows, gates } = this;
    let min = 0;
    while (rowsByOpen[min] === 0) min++;
    let max = gates;
    while (rowsByOpen[max] === 0) max--;
    const mean = rowsByOpen.reduce((sum, images, open) => sum + images * open, 0) / rows;
    return { min, mean, max, images: Array.from(rowsByOpen.subarray(min, max + 1)) };
  }

  /** `total`: rows that open each gate, of whatever class. */
  private byClass(names: readonly string[], total: readonly number[]): GateClasses {
    const { rows, rowsOf, gates, open } = this;
    const classes = Array.from(rowsOf.keys());
    return {
      names: [...names],
      rows: Array.from(rowsOf),
      openRate: total.map((_, g) => classes.map((c) => (rowsOf[c] === 0 ? null : open[c * gates + g]! / rowsOf[c]!))),
      information: total.map((n, g) => {
        let sum = 0;
        for (const c of classes) {
          const opened = open[c * gates + g]!;
          sum += term(opened, n, rowsOf[c]!, rows) + term(rowsOf[c]! - opened, rows - n, rowsOf[c]!, rows);
        }
        // Rounding may leave a gate that knows next to nothing just below.
        return Math.max(0, sum);
      }),
      entropy: rowsOf.reduce((sum, n) => sum + term(n, n, n, rows), 0),
    };
  }

  /** Returns the number of rows. */
  private check(gates: Uint8Array | Float32Array, labels: ArrayLike<number> | undefined): number {
    if (!(gates instanceof Uint8Array || gates instanceof Float32Array)) {
      throw new TypeError(`gates: expected a Uint8Array or a Float32Array, got ${got(gates)}`);
    }
    const rows = gates.length / this.gates;
    if (rows === 0 || !Number.isInteger(rows)) {
      throw new RangeError(
        `gates: expected a multiple of ${this.gates} values and at least one row, got ${gates.length}`,
      );
    }
    for (let i = 0; i < gates.length; i++) {
      if (gates[i] === 0 || gates[i] === 1) continue;
      const place = `row ${Math.floor(i / this.gates)}, gate ${i % this.gates}`;
      throw new RangeError(`gates: expected 0 or 1, got ${gates[i]} (${place})`);
    }
    if (!this.names) {
      if (labels !== undefined) throw new TypeError('labels: expected none, as the counter was made without classes');
      return rows;
    }
    if (typeof labels !== 'object' || labels === null || typeof labels.length !== 'number') {
      throw new TypeError(`labels: expected a class for each row, got ${got(labels)}`);
    }
    if (labels.length !== rows) {
      throw new RangeError(`labels: expected ${rows}, one for each row of gates, got ${labels.length}`);
    }
    for (let r = 0; r < rows; r++) {
      if (Number.isInteger(labels[r]) && labels[r]! >= 0 && labels[r]! < this.names.length) continue;
      throw new RangeError(`labels[${r}]: expected an integer in [0, ${this.names.length}), got ${got(labels[r])}`);
    }
    return rows;
  }
}

/**
 * What the share of the images that open it says of a gate.
 * @throws TypeError, RangeError for other than a number from 0 to 1
 */
export function gateKind(openRate: number): GateKind {
  if (typeof openRate !== 'number') throw new TypeError(`openRate: expected a number, got ${got(openRate)}`);
  if (!(openRate >= 0 && openRate <= 1))
    throw new RangeError(`openRate: expected a share from 0 to 1, got ${openRate}`);
  return openRate === 0 ? 'off' : openRate === 1 ? 'on' : 'dependent';
}

/**
 * The gates that have most mutual information with the class, the first of equals first; gates that have none are left out, and all are where
 * there are no classes.
 */
export function tellingGates(report: GateReport, top = 10): TellingGate[] {
  requireReport(report);
  requireInteger(top, 0, 'top');
  const { blocks, classes } = report;
  if (!classes) return [];
  const { information, openRate } = classes;
  return blocks
    .flatMap(({ name, first, count }) =>
      Array.from({ length: count }, (_, filter) => ({ gate: first + filter, block: name, filter })),
    )
    .filter(({ gate }) => information[gate]! > 0)
    .sort((a, b) => information[b.gate]! - information[a.gate]! || a.gate - b.gate)
    .slice(0, top)
    .map((place) => {
      const rates = openRate[place.gate]!;
      const seen = Array.from(rates.keys()).filter((c) => rates[c] !== null);
      return {
        ...place,
        information: information[place.gate]!,
        most: seen.reduce((best, c) => (rates[c]! > rates[best]! ? c : best)),
        least: seen.reduce((best, c) => (rates[c]! < rates[best]! ? c : best)),
      };
    });
}

/** A line for each gate, with its open rates by class; a class without images has an empty cell. */
export function gatesToCsv(report: GateReport): string {
  requireReport(report);
  const { blocks, openRate, classes } = report;
  const header = ['gate', 'block', 'filter', 'kind', 'open_rate'];
  if (classes) header.push('class_information', ...classes.names.map((name) => `open_rate ${name}`));
  const lines = [header.map(cell).join(',')];
  for (const { name, first, count } of blocks) {
    for (let gate = first; gate < first + count; gate++) {
      const rate = openRate[gate]!;
      const told = classes ? [classes.information[gate], ...classes.openRate[gate]!.map((r) => r ?? '')] : [];
      lines.push([gate, cell(name), gate - first, gateKind(rate), rate, ...told].join(','));
    }
  }
  return `${lines.join('\n')}\n`;
}

function summary(
  openRate: readonly number[],
): Pick<GateReport, 'meanOpen' | 'alwaysOn' | 'alwaysOff' | 'inputDependent'> {
  const number = (kind: GateKind) => openRate.filter((rate) => gateKind(rate) === kind).length;
  return {
    meanOpen: openRate.reduce((sum, rate) => sum + rate, 0) / openRate.length,
    alwaysOn: number('on'),
    alwaysOff: number('off'),
    inputDependent: number('dependent'),
  };
}

/**
 * One term of a mutual information, p(a, b) ln (p(a, b) / (p(a) p(b))), from counts: their products are exact, so independence gives 0 exactly.
 */
function term(both: number, a: number, b: number, rows: number): number {
  return both === 0 ? 0 : (both / rows) * log((both * rows) / (a * b));
}

function classesOf(given: GateClassNames): number {
  requireObject(given, 'labels');
  const { classes, names } = given;
  requireInteger(classes, 1, 'labels.classes');
  if (names !== undefined) requireNames(names, classes, 'labels.names', 'class');
  return classes;
}

function classNames({ classes, names }: GateClassNames): string[] {
  return Array.from({ length: classes }, (_, c) => names?.[c] ?? String(c));
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
