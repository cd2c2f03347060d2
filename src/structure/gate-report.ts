import { requireEach, requireLength, requireList } from '../check/arrays.js';
import { requireNames } from '../check/names.js';
import { got } from '../check/phrase.js';
import { requireInteger, requireObject } from '../check/require.js';

/** The gates of one convolution, one for each of its filters. */
export interface GateBlock {
  /** The convolution, like 'stage1.block1.conv2'. */
  readonly name: string;
  /** Its first gate's place among all gates of the net. */
  readonly first: number;
  readonly count: number;
}

/** What the gates of a net belong to, in their order and without holes. */
export type GateLayout = readonly GateBlock[];

export interface GateBlockReport extends GateBlock {
  alwaysOn: number;
  alwaysOff: number;
  inputDependent: number;
  /** Mean share of the block's gates that an image opens. */
  meanOpen: number;
}

export interface GateClasses {
  names: string[];
  /** Images of each class. */
  rows: number[];
  /** Share of a class's images that open the gate, [gates][classes]; null for a class without images. */
  openRate: (number | null)[][];
  /**
   * Mutual information of each gate with the class, nats. Chance alone brings it to about (classes - 1) / (2 rows) for a gate that knows nothing.
   */
  information: number[];
  /** Entropy of the classes, nats: no gate can tell more; nor can it tell more than ln 2. */
  entropy: number;
}

/** How the gates of a net behave over a set of images: numbers and lists only, fit for JSON. */
export interface GateReport {
  /** Number of images. */
  rows: number;
  gates: number;
  /** Mean share of the gates that an image opens. */
  meanOpen: number;
  alwaysOn: number;
  alwaysOff: number;
  inputDependent: number;
  /** Gates that an image opens; `images[i]` counts the images that open `min + i`. */
  openPerImage: { min: number; mean: number; max: number; images: number[] };
  blocks: GateBlockReport[];
  /** Share of the images that open each gate, [gates]. */
  openRate: number[];
  /** Only of labelled images. */
  classes?: GateClasses;
}

/** TypeError, RangeError naming the argument unless it is what gateReport makes, also read back from JSON. */
export function requireReport(report: GateReport): void {
  requireObject(report, 'report');
  const { rows, gates, blocks, openRate, openPerImage, classes } = report;
  requireInteger(rows, 1, 'report.rows');
  requireInteger(gates, 1, 'report.gates');
  requireLayout(blocks, 'report.blocks');
  const { first, count } = blocks[blocks.length - 1]!;
  if (first + count !== gates)
    throw new RangeError(`report.blocks: expected blocks of ${gates} gates in all, got ${first + count}`);
  requireSummary(report, gates, 'report');
  blocks.forEach((block, b) => {
    requireSummary(block, block.count, `report.blocks[${b}]`);
  });
  requireShares(openRate, gates, 'report.openRate', 'one a gate');
  requireOpen(openPerImage, gates);
  if (classes !== undefined) requireClasses(classes, gates);
}

/** TypeError, RangeError unless they are blocks of gates that follow one another without holes. */
export function requireLayout(layout: GateLayout, argument: string): void {
  if (!Array.isArray(layout)) throw new TypeError(`${argument}: expected a list of blocks, got ${got(layout)}`);
  if (layout.length === 0) throw new RangeError(`${argument}: expected at least one block, got none`);
  let end = 0;
  layout.forEach((block: GateBlock, b) => {
    const place = `${argument}[${b}]`;
    requireObject(block, place);
    if (typeof block.name !== 'string') throw new TypeError(`${place}.name: expected a string, got ${got(block.name)}`);
    requireInteger(block.count, 1, `${place}.count`);
    if (block.first !== end)
      throw new RangeError(`${place}.first: expected ${end}, where the block before it ends, got ${got(block.first)}`);
    end += block.count;
  });
}

function requireClasses(classes: GateClasses, gates: number): void {
  requireObject(classes, 'report.classes');
  const { names, rows, openRate, information, entropy } = classes;
  requireList(names, 'report.classes.names', 'strings');
  requireNames(names, names.length, 'report.classes.names', 'class');
  requireList(rows, 'report.classes.rows', 'numbers of images');
  requireLength(rows, names.length, 'report.classes.rows', 'one a class');
  requireEach(rows, isCount, 'report.classes.rows', 'a number of images');
  requireList(openRate, 'report.classes.openRate', 'lists of shares');
  requireLength(openRate, gates, 'report.classes.openRate', 'one a gate');
  openRate.forEach((shares, g) => {
    requireShares(shares, names.length, `report.classes.openRate[${g}]`, 'one a class', true);
  });
  requireList(information, 'report.classes.information', 'numbers of nats');
  requireLength(information, gates, 'report.classes.information', 'one a gate');
  requireEach(information, (x) => Number.isFinite(x) && x >= 0, 'report.classes.information', 'a number from 0');
  requireNumber(entropy, 'report.classes.entropy');
}

const KINDS = ['alwaysOn', 'alwaysOff', 'inputDependent'] as const;

function requireSummary(
  summary: Pick<GateReport, 'meanOpen' | (typeof KINDS)[number]>,
  gates: number,
  argument: string,
): void {
  requireShares([summary.meanOpen], 1, `${argument}.meanOpen`, 'one');
  let kinds = 0;
  for (const name of KINDS) {
    requireInteger(summary[name], 0, `${argument}.${name}`);
    kinds += summary[name];
  }
  if (kinds !== gates)
    throw new RangeError(`${argument}: expected ${KINDS.join(', ')} of ${gates} gates in all, got ${kinds}`);
}

function requireOpen(open: GateReport['openPerImage'], gates: number): void {
  const argument = 'report.openPerImage';
  requireObject(open, argument);
  const { min, mean, max, images } = open;
  requireInteger(min, 0, `${argument}.min`);
  requireInteger(max, min, `${argument}.max`);
  if (max > gates) throw new RangeError(`${argument}.max: expected at most ${gates} gates, got ${max}`);
  requireNumber(mean, `${argument}.mean`);
  requireList(images, `${argument}.images`, 'numbers of images');
  requireLength(images, max - min + 1, `${argument}.images`, 'from min to max');
  requireEach(images, isCount, `${argument}.images`, 'a number of images');
}

function requireNumber(x: number, argument: string): void {
  if (typeof x !== 'number') throw new TypeError(`${argument}: expected a number, got ${got(x)}`);
  if (!Number.isFinite(x) || x < 0) throw new RangeError(`${argument}: expected a number from 0, got ${x}`);
}

/** `orNull`: of a class without images nobody knows. */
function requireShares(
  shares: readonly (number | null)[],
  count: number,
  argument: string,
  reason: string,
  orNull = false,
): void {
  requireList(shares, argument, 'shares');
  requireLength(shares, count, argument, reason);
  const accepts = (x: unknown) => (orNull && x === null) || (typeof x === 'number' && x >= 0 && x <= 1);
  requireEach(shares as number[], accepts, argument, `a share from 0 to 1${orNull ? ', or null' : ''}`);
}

function isCount(x: unknown): boolean {
  return Number.isInteger(x) && (x as number) >= 0;
}
