import { got } from '../check/phrase.js';
import type { Steps } from '../runtime/steps.js';
import { isSameVectorizer } from './documents/kept.js';
import { fingerprinting } from './fingerprint.js';
import { describeFeatures, type Matrix } from './matrix.js';
import type { Outline, Rows } from './outline.js';
import { describeTargets, type Targets } from './targets.js';

/** What a shard was in the first pass. */
export interface ShardFacts {
  readonly rows: number;
  /** Sparse ones. */
  readonly entries: number;
  readonly print: number;
}

/** What rows are, without the rows. */
type Kind = Pick<Rows, 'features' | 'targets' | 'featureNames' | 'schema' | 'vectorizer' | 'columns'>;

/** What all shards are together. */
export class Census {
  rows = 0;
  /** Of sparse rows. */
  entries = 0;
  readonly shards: ShardFacts[] = [];
  /** Whether some dense rows are of 64-bit numbers. */
  wide = false;
  private readonly first: Kind;
  /** How many rows have so many entries. */
  private readonly sizes = new Map<number, number>();
  private classes = 0;
  private classNames: readonly string[] | undefined;
  private classRows = new Float64Array(0);

  constructor(first: Rows) {
    const { features, targets } = first;
    // What is kept must not keep the rows.
    this.first = {
      features: emptied(features),
      targets: targets && emptiedTargets(targets),
      featureNames: first.featureNames,
      schema: first.schema,
      vectorizer: first.vectorizer,
      columns: first.columns,
    } as Kind;
  }

  get columns(): number {
    return this.first.columns;
  }

  get featureNames(): readonly string[] | undefined {
    return this.first.featureNames;
  }

  get schema(): Rows['schema'] {
    return this.first.schema;
  }

  get vectorizer(): Rows['vectorizer'] {
    return this.first.vectorizer;
  }

  /** Their kind, number and names. */
  get targets(): Targets | undefined {
    const { targets } = this.first;
    if (targets?.kind !== 'classes') return targets;
    return { ...targets, classes: this.classes, ...(this.classNames ? { names: this.classNames } : {}) };
  }

  /** Counts a shard in. TypeError, RangeError for one that does not go with those before. */
  *adding(shard: Rows, argument: string): Steps<void> {
    this.requireAlike(shard, argument);
    const { features, targets } = shard;
    this.shards.push(yield* factsOf(shard));
    this.rows += shard.rows;
    if (features.kind === 'sparse') {
      this.entries += features.index.length;
      for (let r = 0; r < shard.rows; r++) {
        const size = features.start[r + 1]! - features.start[r]!;
        this.sizes.set(size, (this.sizes.get(size) ?? 0) + 1);
      }
    }
    this.wide ||= features.kind === 'dense' && features.values instanceof Float64Array;
    if (targets?.kind === 'classes') this.addClasses(targets, argument);
  }

  private addClasses({ values, classes, names }: Targets & { kind: 'classes' }, argument: string): void {
    const before = this.classNames;
    if (this.shards.length > 1 && (names === undefined) !== (before === undefined))
      throw new RangeError(
        `${argument}: expected classes ${before ? 'with' : 'without'} names like those of shards[0], got some ${names ? 'with' : 'without'}`,
      );
    if (names && before) {
      const least = Math.min(names.length, before.length);
      for (let c = 0; c < least; c++)
        if (names[c] !== before[c])
          throw new RangeError(
            `${argument}: expected class ${c} to be ${got(before[c])} as in the shards before, got ${got(names[c])}; give all shards the same list of class names`,
          );
    }
    if (classes > this.classes) {
      const more = new Float64Array(classes);
      more.set(this.classRows);
      this.classRows = more;
      this.classes = classes;
      this.classNames = names && [...names];
    }
    for (const c of values) this.classRows[c]!++;
  }

  private requireAlike(shard: Rows, argument: string): void {
    const { first } = this;
    const { features, targets } = shard;
    const kind = describeFeatures(first.features);
    if (features.kind !== first.features.kind)
      throw new TypeError(`${argument}: expected ${kind} like shards[0], got ${describeFeatures(features)}`);
    if (features.kind === 'images' && first.features.kind === 'images') {
      const sides = ({ channels, height, width, values }: typeof features) =>
        `images of ${channels} x ${height} x ${width} ${values instanceof Uint8Array ? 'bytes' : 'floats'}`;
      if (sides(features) !== sides(first.features))
        throw new RangeError(`${argument}: expected ${sides(first.features)} like shards[0], got ${sides(features)}`);
    } else if (shard.columns !== first.columns)
      throw new RangeError(`${argument}: expected ${first.columns} columns like shards[0], got ${shard.columns}`);
    requireSameNames(shard.featureNames, first.featureNames, `${argument}.featureNames`);
    if (
      (shard.vectorizer === undefined) !== (first.vectorizer === undefined) ||
      (shard.vectorizer && !isSameVectorizer(shard.vectorizer, first.vectorizer!))
    )
      throw new RangeError(`${argument}: expected rows of the vectorizer of shards[0], got others`);
    const [wanted, found] = [comparable(first.targets), comparable(targets)];
    if (wanted !== found) {
      const kinds = targets?.kind === first.targets?.kind ? RangeError : TypeError;
      throw new kinds(`${argument}: expected ${wanted} like shards[0], got ${found}`);
    }
    if (targets && targets.kind !== 'classes')
      requireSameNames(targets.names, first.targets!.names, `${argument}.targets.names`);
  }

  /** What is known of all rows, with room for the fullest of them. */
  outline(fullest: number): Outline {
    const { rows, columns, entries, targets, classRows, vectorizer, first } = this;
    const features = first.features.kind === 'sparse' ? this.fullest(Math.min(rows, fullest)) : first.features;
    return {
      rows,
      columns,
      features,
      ...(targets ? { targets } : {}),
      ...(targets?.kind === 'classes' ? { classRows } : {}),
      ...(vectorizer ? { vectorizer } : {}),
      ...(features.kind === 'sparse' ? { entries } : {}),
    };
  }

  /** Sparse rows as long as the longest, without their entries. */
  private fullest(rows: number): Matrix {
    const start = new Int32Array(rows + 1);
    const sizes = [...this.sizes].sort(([a], [b]) => b - a);
    let r = 0;
    for (const [size, count] of sizes) for (let i = 0; i < count && r < rows; i++, r++) start[r + 1] = start[r]! + size;
    const { columns } = this;
    return { kind: 'sparse', rows, columns, start, index: new Int32Array(0), value: new Float32Array(0) };
  }
}

export function* factsOf(shard: Rows): Steps<ShardFacts> {
  const { features } = shard;
  const entries = features.kind === 'sparse' ? features.index.length : 0;
  return { rows: shard.rows, entries, print: yield* fingerprinting(shard) };
}

/** Targets as shards must agree on them: shards may know different numbers of classes. */
function comparable(targets: Targets | undefined): string {
  return targets?.kind === 'classes' ? 'classes' : describeTargets(targets);
}

function requireSameNames(
  found: readonly string[] | undefined,
  wanted: readonly string[] | undefined,
  argument: string,
): void {
  if (found === wanted) return;
  const i = wanted && found ? wanted.findIndex((name, c) => name !== found[c]) : 0;
  if (i >= 0)
    throw new RangeError(
      `${argument}: expected ${wanted ? got(wanted[i]) : 'none'} like shards[0]${wanted && found ? ` at ${i}` : ''}, got ${found ? got(found[i]) : 'none'}`,
    );
}

function emptied(features: Matrix): Matrix {
  const bare = { ...features, rows: 0 };
  if (bare.kind === 'sparse')
    return { ...bare, start: new Int32Array(1), index: new Int32Array(0), value: new Float32Array(0) };
  // Bytes and floats stay told apart.
  return { ...bare, values: bare.values.slice(0, 0) } as Matrix;
}

function emptiedTargets(targets: Targets): Targets {
  // One label, for who asks whether there are any.
  if (targets.kind === 'tasks') return { ...targets, values: new Int8Array(targets.tasks).fill(1) };
  return { ...targets, values: targets.values.slice(0, 0) } as Targets;
}
