import { complete } from '../check/complete.js';
import { requireNames } from '../check/names.js';
import type { Options } from '../check/option.js';
import { got } from '../check/phrase.js';
import { parseJson } from '../files/json.js';
import type { Tensor } from '../files/safetensors.js';
import { sealing, unsealing } from '../files/sealed.js';
import { Pace } from '../runtime/pace.js';
import { inTurns } from '../runtime/steps.js';
import { type CountedPart, Counts, requireCounts } from '../structure/counts/counts.js';
import { itemStarts } from '../structure/counts/items.js';
import { type CodedPairs, HeldPairs } from '../structure/counts/pairs.js';

const KEY = 'espalier.counts';
const FORMAT = 1;
/** The tensor of the coded pairs: in files the last. */
export const PAIRS = 'pairs';

const BLOCKS = {
  of: { kind: 'integer', from: 1, required: true, doc: 'How many.' },
  have: {
    kind: 'list',
    of: { kind: 'integer', from: 0, doc: 'A block.' },
    least: 1,
    distinct: true,
    required: true,
    doc: 'Those that are there.',
  },
} as const satisfies Options;

/** The JSON of a file, as options are declared. */
const HEADER = {
  format: { kind: 'integer', from: 1, to: FORMAT, required: true, doc: 'Of the file.' },
  vocabulary: { kind: 'text', required: true, doc: 'What must agree.' },
  variables: { kind: 'integer', from: 1, to: 2 ** 31 - 2, required: true, doc: 'How many.' },
  names: { kind: 'list', of: { kind: 'text', doc: 'A name.' }, doc: 'Of variables.' },
  states: { kind: 'other', is: Array.isArray, expected: 'a list', doc: 'Of variables.' },
  labels: { kind: 'list', of: { kind: 'text', doc: 'A label.' }, doc: 'Of classes.' },
  parts: {
    kind: 'list',
    of: {
      kind: 'group',
      options: {
        id: { kind: 'text', required: true, doc: 'Of its rows.' },
        name: { kind: 'text', doc: 'What it was called.' },
        rows: { kind: 'integer', from: 0, required: true, doc: 'How many.' },
        blocks: { kind: 'group', options: BLOCKS, doc: 'What of it was counted.' },
      },
      doc: 'A part.',
    },
    required: true,
    doc: 'What was counted.',
  },
} as const satisfies Options;

/**
 * Counts as one file: safetensors, sealed by a digest. docs/FORMAT.md tells what is in it. The same counts, the same bytes.
 * @throws TypeError for what is no Counts
 */
export async function saveCounts(counts: Counts): Promise<Uint8Array<ArrayBuffer>> {
  requireCounts(counts, 'counts');
  const { pairs } = counts.contents;
  const bytes = await pairs.read(0, pairs.start[pairs.items]!);
  const tensors = { ...smallTensors(counts), [PAIRS]: { shape: [bytes.length], data: bytes } };
  return inTurns(sealing(tensors, metadataOf(counts)), new Pace());
}

/**
 * The counts that saveCounts, or the command, wrote.
 * @throws TypeError for bytes that hold no counts, RangeError for damaged ones
 */
export async function loadCounts(bytes: Uint8Array): Promise<Counts> {
  const { tensors, metadata, sealed } = await inTurns(unsealing(bytes, 'bytes', 'file of counts'), new Pace());
  requireSealed(sealed, metadata, 'bytes');
  const { [PAIRS]: coded, ...small } = tensors;
  const { data } = coded ?? {};
  if (!(data instanceof Uint8Array)) throw damaged('bytes', 'no counts of pairs');
  return countsIn(small, metadata, 'bytes', (items, start) => {
    if (start[items] !== data.length) throw damaged('bytes', 'rows of pairs that end elsewhere than their bytes');
    return new HeldPairs(items, start, data);
  });
}

/** TypeError for a file of another kind, RangeError for one without its digest. */
export function requireSealed(sealed: boolean, metadata: Readonly<Record<string, string>>, argument: string): void {
  if (metadata[KEY] === undefined)
    throw new TypeError(
      `${argument}: expected counts, as saveCounts and espalier count write, got another file of safetensors`,
    );
  if (!sealed) throw damaged(argument, 'no SHA-256');
}

export function metadataOf({ contents, parts }: Counts): Record<string, string> {
  const { vocabulary, variables, names, states } = contents.variables;
  const header = {
    format: FORMAT,
    vocabulary,
    variables,
    ...(names ? { names } : {}),
    ...(states ? { states: states.map((list) => list ?? null) } : {}),
    ...(contents.classes ? { labels: contents.classes.labels } : {}),
    parts,
  };
  return { [KEY]: JSON.stringify(header) };
}

/** All tensors but the pairs. */
export function smallTensors({ contents }: Counts): Record<string, Tensor> {
  const { ones, pairs, classes, variables } = contents;
  const items = ones.length;
  return {
    ones: { shape: [items], data: integers(ones) },
    start: { shape: [items + 1], data: integers(pairs.start) },
    ...(variables.stateCounts
      ? { states: { shape: [variables.variables], data: Int32Array.from(variables.stateCounts) } }
      : {}),
    ...(classes
      ? {
          'classes.ones': { shape: [classes.labels.length, items], data: integers(classes.ones) },
          'classes.rows': { shape: [classes.labels.length], data: integers(classes.rows) },
        }
      : {}),
  };
}

/** Counts from what a file holds. */
export function countsIn(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>>,
  argument: string,
  pairsOf: (items: number, start: Float64Array) => CodedPairs,
): Counts {
  const header = headerOf(metadata[KEY]!, argument);
  const { vocabulary, variables: d, names, labels } = header;
  const parts = header.parts as readonly CountedPart[];
  if (names !== undefined) requireNames(names, d, `${argument}: names`, 'variable');
  const states = header.states?.map((list: unknown) => list ?? undefined) as (string[] | undefined)[] | undefined;
  const stateCounts = tensors.states?.data;
  if (
    stateCounts &&
    !(stateCounts instanceof Int32Array && stateCounts.length === d && stateCounts.every((k) => k >= 1))
  )
    throw damaged(argument, 'numbers of states that do not fit');
  const variables = { variables: d, names, stateCounts, states, vocabulary };
  const items = itemStarts(variables)[d]!;
  if (states && !states.every((list, v) => list === undefined || isListOf(list, stateCounts?.[v] ?? 2)))
    throw damaged(argument, 'names of states that do not fit');
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const ones = counted(tensors.ones, [items], rows, argument);
  const start = counted(tensors.start, [items + 1], Number.MAX_SAFE_INTEGER, argument);
  if (start.some((at, i) => (i === 0 ? at !== 0 : at < start[i - 1]!)))
    throw damaged(argument, 'rows of pairs out of order');
  const classes = labels && {
    labels,
    rows: counted(tensors['classes.rows'], [labels.length], rows, argument),
    ones: counted(tensors['classes.ones'], [labels.length, items], rows, argument),
  };
  return new Counts({ variables, parts, ones, pairs: pairsOf(items, start), classes });
}

function headerOf(text: string, argument: string) {
  const header = parseJson(text, argument);
  const { format } = (header ?? {}) as { format?: unknown };
  if (Number.isInteger(format) && (format as number) > FORMAT)
    throw new RangeError(
      `${argument}: expected counts of format ${FORMAT}, got ${format}, written by a newer release of Espalier; update it`,
    );
  return complete(HEADER, header, 'counts', `${argument}: `);
}

function isListOf(list: unknown, length: number): boolean {
  return Array.isArray(list) && list.length === length && list.every((name) => typeof name === 'string');
}

function integers(values: Float64Array): BigInt64Array {
  return BigInt64Array.from(values, BigInt);
}

/** Integers from 0 to `most`. */
function counted(tensor: Tensor | undefined, shape: readonly number[], most: number, argument: string): Float64Array {
  if (!(tensor?.data instanceof BigInt64Array) || String(tensor.shape) !== String(shape))
    throw damaged(argument, `${got(tensor?.shape)} where counts of shape [${shape}] belong`);
  const values = Float64Array.from(tensor.data, Number);
  if (!values.every((k) => k >= 0 && k <= most)) throw damaged(argument, 'counts that cannot be');
  return values;
}

function damaged(argument: string, what: string): RangeError {
  return new RangeError(`${argument}: the counts are damaged: got ${what}`);
}
