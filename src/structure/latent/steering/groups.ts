import { nearest } from '../../../check/known.js';
import { got } from '../../../check/phrase.js';

/** By variable, those that it must not be with. */
export type Apart = ReadonlyMap<number, ReadonlySet<number>>;

type Features = readonly (string | number)[];

/** The most features of a group: products over an island's stay within f64. */
const MOST = 50;

/** Which features must and must not be together: groups without a common member, and pairs. */
export interface Groups {
  readonly together: readonly (readonly number[])[];
  readonly apart: Apart;
}

/**
 * The groups that options name. Groups that share a feature are one.
 * @throws RangeError for what is no feature, a group that is too large, and features that are to be together and apart
 */
export function groupsOf(
  given: { together?: readonly Features[] | undefined; apart?: readonly Features[] | undefined },
  columns: number,
  names: readonly string[] | undefined,
): Groups {
  const numbers = new Map(names?.map((name, v) => [name, v]));
  const resolve = (groups: readonly Features[] | undefined, argument: string) =>
    (groups ?? []).map((group, g) => group.map((one, i) => numberOf(one, columns, numbers, `${argument}[${g}][${i}]`)));
  const together = merged(resolve(given.together, 'together'));
  const nameOf = (v: number) => (names ? JSON.stringify(names[v]) : String(v));
  for (const group of together) {
    if (group.length > MOST)
      throw new RangeError(
        `together: expected at most ${MOST} features a group, got ${group.length} with ${nameOf(group[0]!)}`,
      );
  }
  const apart = new Map<number, Set<number>>();
  for (const group of resolve(given.apart, 'apart')) eachPair(group, (u, v) => part(apart, u, v));
  for (const group of together) {
    eachPair(group, (u, v) => {
      if (apart.get(u)?.has(v))
        throw new RangeError(
          `together, apart: expected no two features in both, got ${nameOf(Math.min(u, v))} and ${nameOf(Math.max(u, v))}`,
        );
    });
  }
  for (const [v, others] of apart) {
    if (others.has(v)) throw new RangeError(`apart: expected different features, got ${nameOf(v)} twice`);
  }
  return { together, apart };
}

/** The same one level up: latents are apart where variables of theirs are. */
export function lifted(apart: Apart, islands: readonly { readonly members: readonly number[] }[]): Apart {
  const islandOf = new Map(islands.flatMap(({ members }, i) => members.map((v) => [v, i] as const)));
  const above = new Map<number, Set<number>>();
  for (const [u, others] of apart) for (const v of others) part(above, islandOf.get(u)!, islandOf.get(v)!);
  return above;
}

/** At least so many islands a level will have: the features of one group are all apart. */
export function fewest(groups: readonly Features[] | undefined): number {
  return Math.max(1, ...(groups ?? []).map((group) => group.length));
}

function numberOf(one: string | number, columns: number, numbers: ReadonlyMap<string, number>, argument: string) {
  const found =
    typeof one === 'string' ? numbers.get(one) : Number.isInteger(one) && one >= 0 && one < columns ? one : undefined;
  if (found !== undefined) return found;
  if (typeof one === 'number')
    throw new RangeError(`${argument}: expected the number of a feature, from 0 to ${columns - 1}, got ${one}`);
  if (numbers.size === 0)
    throw new RangeError(`${argument}: expected the number of a feature, as these have no names, got ${got(one)}`);
  const near = nearest(one, [...numbers.keys()]);
  const hint = near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`;
  throw new RangeError(`${argument}: expected the name of a feature, got ${got(one)}${hint}`);
}

/** Groups with a common member as one, in the order of their first. */
function merged(groups: readonly (readonly number[])[]): number[][] {
  const found: Set<number>[] = [];
  for (const group of groups) {
    const touched = found.filter((other) => group.some((v) => other.has(v)));
    const whole = touched[0] ?? new Set<number>();
    if (touched.length === 0) found.push(whole);
    for (const v of [...touched.flatMap((other) => [...other]), ...group]) whole.add(v);
    for (const other of touched.slice(1)) found.splice(found.indexOf(other), 1);
  }
  return found.map((group) => [...group]);
}

function part(apart: Map<number, Set<number>>, u: number, v: number): void {
  for (const [a, b] of [
    [u, v],
    [v, u],
  ] as const) {
    if (!apart.has(a)) apart.set(a, new Set());
    apart.get(a)!.add(b);
  }
}

function eachPair(group: readonly number[], visit: (u: number, v: number) => void): void {
  group.forEach((u, i) => {
    for (const v of group.slice(i + 1)) visit(u, v);
  });
}
