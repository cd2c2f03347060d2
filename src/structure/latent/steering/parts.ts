import type { Engine } from '../../../runtime/engine.js';
import type { Pace } from '../../../runtime/pace.js';
import { PairInformation } from '../../pair-information.js';
import type { BinaryColumns, BinaryRows } from '../../variables.js';

/** A tie of the strongest tree over an island's variables; one inside a group is never cut. */
interface Tie {
  readonly a: number;
  readonly b: number;
  readonly information: number;
  readonly fixed: boolean;
}

/** Variables, and the ties that make them one. */
interface Part {
  readonly members: readonly number[];
  readonly ties: readonly Tie[];
}

/** Parts of at least so many variables, as long as there are any to make. */
const LEAST = 2;

/**
 * Islands cut to so many parts: of all ties that leave two variables on either side the weakest is cut, again and again, and where none is left the weakest of all. A tie is an
 * edge of the maximum spanning tree of mutual information over an island. Fewer where groups that stay together do not let more.
 */
export async function partsOf(
  engine: Engine,
  data: BinaryRows | BinaryColumns,
  islands: readonly (readonly number[])[],
  count: number,
  groups: readonly (readonly number[])[],
  pace: Pace,
): Promise<(readonly number[])[]> {
  const groupOf = new Map(groups.flatMap((group, g) => group.map((v) => [v, g] as const)));
  const pairs = new PairInformation(engine, data);
  try {
    const parts: Part[] = [];
    for (const members of islands) {
      parts.push({ members, ties: tiesOf(engine, pairs, members, groupOf) });
      if (pace.due) await pace.turn();
    }
    while (parts.length < count) {
      if (pace.due) await pace.turn();
      const cut = weakest(parts, LEAST) ?? weakest(parts, 1);
      if (!cut) break;
      parts.splice(cut.place, 1, ...cut.halves);
    }
    return parts.map(({ members }) => members);
  } finally {
    pairs.dispose();
  }
}

/** The maximum spanning tree over the members, by Kruskal's algorithm, with the ties of a group before all others. */
function tiesOf(
  engine: Engine,
  pairs: PairInformation,
  members: readonly number[],
  groupOf: ReadonlyMap<number, number>,
): Tie[] {
  const ties: Tie[] = [];
  for (const a of members) {
    pairs.row(a);
    const information = engine.f64(pairs.information, pairs.variables);
    for (const b of members) {
      const fixed = groupOf.has(a) && groupOf.get(a) === groupOf.get(b);
      if (a < b) ties.push({ a, b, information: information[b]!, fixed });
    }
  }
  ties.sort((s, t) => Number(t.fixed) - Number(s.fixed) || t.information - s.information || s.a - t.a || s.b - t.b);
  const treeOf = new Map(members.map((v) => [v, v]));
  return ties.filter(({ a, b }) => {
    const [from, to] = [treeOf.get(a)!, treeOf.get(b)!];
    if (from === to) return false;
    for (const [v, tree] of treeOf) if (tree === from) treeOf.set(v, to);
    return true;
  });
}

/** Where the weakest tie is that leaves at least so many variables on either side, and what it leaves. */
function weakest(parts: readonly Part[], least: number): { place: number; halves: Part[] } | undefined {
  let best: { place: number; halves: Part[] } | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (const [place, part] of parts.entries()) {
    if (part.members.length < 2 * least) continue;
    for (const tie of part.ties) {
      if (tie.fixed || tie.information >= lowest) continue;
      const halves = halvesOf(part, tie);
      if (halves.some(({ members }) => members.length < least)) continue;
      lowest = tie.information;
      best = { place, halves };
    }
  }
  return best;
}

function halvesOf({ members, ties }: Part, cut: Tie): Part[] {
  const left = ties.filter((tie) => tie !== cut);
  const reached = new Set([cut.a]);
  for (let size = 0; size < reached.size; ) {
    size = reached.size;
    for (const { a, b } of left) if (reached.has(a) !== reached.has(b)) reached.add(a).add(b);
  }
  return [true, false].map((side) => ({
    members: members.filter((v) => reached.has(v) === side),
    ties: left.filter(({ a }) => reached.has(a) === side),
  }));
}
