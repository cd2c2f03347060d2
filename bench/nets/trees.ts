import { fileURLToPath } from 'node:url';
import type { Dataset } from 'espalier';
import { pythonWith } from '#dist/cli/bench/installed.js';
import { type Answered, type Numbers, PythonProcess } from '#dist/cli/bench/peers/python-process.js';
import { metrics } from '#dist/training/metrics.js';
import { type Contender, type Outcome, scoreOf } from './contender.js';
import type { Parts } from './net-set.js';

const SCRIPT = fileURLToPath(new URL('../../../bench/reference/trees.py', import.meta.url));
/** Boosted trees take dense rows: of no more columns than this. */
const MOST_COLUMNS = 1000;

interface Answer extends Answered {
  readonly seconds: number;
  readonly nodes: number;
}

export function treesAreHere(): boolean {
  return pythonWith('sklearn') !== undefined;
}

/** Forests and boosted trees of scikit-learn by default options, where a Python has it; their weights are nodes. */
export function treeContenders(): Contender[] {
  const program = pythonWith('sklearn');
  if (program === undefined) return [];
  return [
    { name: 'random forest', family: 'trees', run: (parts, seed) => learned(program, 'forest', parts, seed) },
    {
      name: 'boosted trees',
      family: 'trees',
      suits: ({ train }) => train.columns <= MOST_COLUMNS,
      run: (parts, seed) => learned(program, 'boosted', parts, seed),
    },
  ];
}

async function learned(program: string, model: string, parts: Parts, seed: number): Promise<Outcome> {
  const { train, validation, test } = parts;
  const { targets, columns } = train;
  if (targets?.kind !== 'classes' && targets?.kind !== 'tasks') throw new TypeError('expected classes or tasks');
  const python = new PythonProcess<Answer>(program, [SCRIPT]);
  await python.hear();
  const ask = (what: string, arrays: Record<string, Numbers>) => {
    const heads = Object.entries(arrays).map(([key, array]) => [key, dtype(array), array.length]);
    const classes = targets.kind === 'classes' ? targets.classes : 0;
    return python.ask({ do: what, model, seed, columns, classes, arrays: heads }, Object.values(arrays));
  };
  try {
    const labels = Int32Array.from(targets.values);
    const { seconds, nodes } = (await ask('learn', { ...rowsOf(train), labels })).head;
    const told = async (rows: Dataset) => {
      const { data } = await ask('tell', rowsOf(rows));
      return scoreOf(metrics(new Float64Array(data.buffer), rows.targets!));
    };
    const scores = { test: await told(test), validation: await told(validation) };
    return { ...scores, weights: nodes, seconds, epochs: '', coherence: null };
  } finally {
    python.end();
  }
}

function dtype(array: Numbers): string {
  return array instanceof Float32Array ? '<f4' : '<i4';
}

/** A set's rows as the script names them. */
function rowsOf({ features }: Dataset): Record<string, Numbers> {
  if (features.kind === 'images') throw new TypeError('expected rows, got images');
  if (features.kind === 'dense') return { value: Float32Array.from(features.values) };
  const { start, index, value } = features;
  return { start: Int32Array.from(start), index: Int32Array.from(index), value: Float32Array.from(value) };
}
