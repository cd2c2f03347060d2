import type { LatentTree } from '../latent/latent-tree.js';
import { type Agreement, agreementOf } from './agreement.js';
import { ByPeriod, periodOf } from './periods.js';

/** Documents of a label or a period: all, and those that belong to each latent. */
class Group {
  documents = 0;
  readonly members: Int32Array;

  constructor(latents: number) {
    this.members = new Int32Array(latents);
  }

  add({ documents, members }: Group): void {
    this.documents += documents;
    for (let z = 0; z < members.length; z++) this.members[z]! += members[z]!;
  }
}

/** A label: also how many of its documents have each latent for the likeliest of its level. */
class LabelGroup extends Group {
  readonly likeliest: Int32Array;

  constructor(latents: number) {
    super(latents);
    this.likeliest = new Int32Array(latents);
  }
}

/** Labels or periods with counts. */
export interface Groups {
  readonly names: readonly string[];
  readonly documents: readonly number[];
  /** How many of a latent's documents are of each. */
  membersOf(latent: number): number[];
}

/** Different labels at most: more of them are names of documents. */
const MOST_LABELS = 1000;

/** Documents counted by latent, label and period. Latents are counted from 0. */
export class Tally {
  /** Documents that belong to each latent. */
  readonly members: Int32Array;
  private readonly byLabel = new Map<string, LabelGroup>();
  private readonly byPeriod: ByPeriod<Group>;
  /** First latent of each level, and their number. */
  private readonly firsts: readonly number[];

  constructor(tree: LatentTree) {
    this.members = new Int32Array(tree.latents);
    this.byPeriod = new ByPeriod(
      () => new Group(tree.latents),
      (to, from) => to.add(from),
    );
    this.firsts = [...tree.levels.map((_, l) => tree.firstOf(l + 1) - tree.features), tree.latents];
  }

  /** A document that belongs to the latents listed. RangeError for a label too many. */
  add({ label, date }: { label?: string; date?: string }, belongsTo: readonly number[], posterior: Float32Array): void {
    const period = date === undefined ? undefined : periodOf(date);
    const groups: Group[] = period === undefined ? [] : [this.byPeriod.at(period)];
    if (label) {
      const group = this.labelled(label);
      groups.push(group);
      for (let l = 0; l + 1 < this.firsts.length; l++)
        group.likeliest[likeliest(posterior, this.firsts[l]!, this.firsts[l + 1]!)]!++;
    }
    for (const z of belongsTo) this.members[z]!++;
    for (const group of groups) {
      group.documents++;
      for (const z of belongsTo) group.members[z]!++;
    }
  }

  /** Labels in code-unit order; undefined where no document has one. */
  get labels(): Groups | undefined {
    return groupsOf([...this.byLabel].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Periods in order of time; undefined where no document has a date that can be read. */
  get periods(): Groups | undefined {
    return groupsOf(this.byPeriod.entries());
  }

  /** By level from 1 up; undefined where no document has a label. */
  get agreement(): Agreement[] | undefined {
    if (this.byLabel.size === 0) return undefined;
    const groups = [...this.byLabel.values()];
    return this.firsts
      .slice(0, -1)
      .map((first, l) => agreementOf(groups.map(({ likeliest }) => likeliest.subarray(first, this.firsts[l + 1]!))));
  }

  private labelled(label: string): LabelGroup {
    let group = this.byLabel.get(label);
    if (!group) {
      if (this.byLabel.size === MOST_LABELS)
        throw new RangeError(`documents: expected at most ${MOST_LABELS} different labels, got more; are they names?`);
      group = new LabelGroup(this.members.length);
      this.byLabel.set(label, group);
    }
    return group;
  }
}

function groupsOf(groups: readonly [string, Group][]): Groups | undefined {
  if (groups.length === 0) return undefined;
  return {
    names: groups.map(([name]) => name),
    documents: groups.map(([, { documents }]) => documents),
    membersOf: (latent) => groups.map(([, { members }]) => members[latent]!),
  };
}

/** Place of the highest of [from, to), the first of equals. */
function likeliest(values: Float32Array, from: number, to: number): number {
  let best = from;
  for (let z = from + 1; z < to; z++) if (values[z]! > values[best]!) best = z;
  return best;
}
