import { complete } from '../check/complete.js';
import type { Options, OptionsOf } from '../check/option.js';
import type { Pace } from '../runtime/pace.js';
import { requireTree, type Tree } from './tree.js';

/** Fields grown without a stop. */
const SOME = 64;

/** How fields are laid over a tree. */
export const FIELDS = {
  radius: {
    kind: 'integer',
    from: 0,
    required: true,
    doc: 'A field is every variable within this many hops of its centre, the centre included.',
  },
  stride: {
    kind: 'integer',
    from: 1,
    required: true,
    doc: 'Centres lie this many hops apart on the way down from the root.',
  },
} as const satisfies Options;

export type ReceptiveFieldOptions = OptionsOf<typeof FIELDS>;

/** Fields in the order of their centres; field i owns members[start[i]] to members[start[i + 1]], rising. */
export interface ReceptiveFields {
  readonly centres: Int32Array;
  readonly start: Int32Array;
  readonly members: Int32Array;
}

/**
 * Receptive fields grown on a tree: centres are the variables whose depth below their component's root is a multiple of `stride`, in
 * breadth-first order. Li, Chen, Zhang: "Tree Receptive Fields" (IJCAI 2018), section 3.
 */
export function receptiveFields(tree: Tree, options: ReceptiveFieldOptions): ReceptiveFields {
  requireTree(tree);
  const growing = growFields(tree, complete(FIELDS, options, 'receptiveFields'));
  for (let step = growing.next(); ; step = growing.next()) if (step.done) return step.value;
}

/** receptiveFields with turns in between. */
export async function receptiveFieldsInTurns(
  tree: Tree,
  options: ReceptiveFieldOptions,
  pace: Pace,
): Promise<ReceptiveFields> {
  const growing = growFields(tree, options);
  for (let step = growing.next(); ; step = growing.next()) {
    if (step.done) return step.value;
    if (pace.due) await pace.turn();
  }
}

/** Stops now and then. */
function* growFields(tree: Tree, { radius, stride }: ReceptiveFieldOptions): Generator<void, ReceptiveFields> {
  const { order, depth } = tree.walk();
  const centres = order.filter((v) => depth[v]! % stride === 0);
  const start = new Int32Array(centres.length + 1);
  const fields: Int32Array[] = [];
  const seen = new Int32Array(tree.variables).fill(-1);
  yield;
  for (let i = 0; i < centres.length; i++) {
    const field = ball(tree, centres[i]!, radius, seen, i);
    fields.push(field);
    start[i + 1] = start[i]! + field.length;
    if (i % SOME === SOME - 1) yield;
  }
  const members = new Int32Array(start[centres.length]!);
  fields.forEach((field, i) => {
    members.set(field, start[i]!);
  });
  return { centres, start, members };
}

function ball(tree: Tree, centre: number, radius: number, seen: Int32Array, mark: number): Int32Array {
  const field = [centre];
  seen[centre] = mark;
  let ring = 0;
  for (let hop = 0; hop < radius && ring < field.length; hop++) {
    const end = field.length;
    for (; ring < end; ring++) {
      for (const u of tree.neighbours(field[ring]!)) {
        if (seen[u] === mark) continue;
        seen[u] = mark;
        field.push(u);
      }
    }
  }
  return Int32Array.from(field).sort();
}
