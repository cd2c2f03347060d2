import { requireIndex } from '../../check/arrays.js';
import { got } from '../../check/phrase.js';
import { isMade, requireInteger } from '../../check/require.js';
import { log } from '../../numeric/log.js';
import { type LatentTreeParts, requireParts } from './latent-tree-parts.js';
import { type TopicFeature, topFeaturesOf } from './top-features.js';

export type { LatentTreeParts } from './latent-tree-parts.js';

export type { TopicFeature } from './top-features.js';

/** A LatentTree as plain JSON, lossless. */
export interface LatentTreeJson {
  format: 1;
  rows: number;
  logLikelihood: number;
  bic: number;
  levels: number[];
  features: { name?: string; parent: number; probability: [number, number]; limit: number }[];
  latents: { name: string; level: number; parent: number; probability: [number, number]; marginal: number }[];
}

/**
 * A hierarchical latent tree model over binary features: a Bayesian network whose leaves are the features and whose inner nodes are binary latents.
 * Chen et al., "Progressive EM for latent tree models and hierarchical topic detection" (AAAI 2016).
 */
export class LatentTree {
  readonly features: number;
  readonly levels: readonly number[];
  readonly parent: Int32Array;
  readonly probability: Float64Array;
  readonly limits: Float64Array;
  readonly rows: number;
  readonly logLikelihood: number;
  readonly featureNames: readonly string[] | undefined;
  /** P(node = 1), f64[nodes]. */
  readonly marginal: Float64Array;
  /** First node of each level, the features' first, and the number of nodes. */
  private readonly firsts: Int32Array;
  private readonly childStart: Int32Array;
  private readonly childList: Int32Array;

  /** TypeError for parts of another kind, RangeError for those that do not make a tree of such levels, or probabilities outside [0, 1]. */
  constructor(parts: LatentTreeParts) {
    requireParts(parts);
    const { features, levels, parent, probability, limits, rows, logLikelihood, featureNames } = parts;
    this.features = features;
    // Lists of its own: the caller's may change.
    this.levels = Object.freeze([...levels]);
    this.parent = parent;
    this.probability = probability;
    this.limits = limits;
    this.rows = rows;
    this.logLikelihood = logLikelihood;
    this.featureNames = featureNames && Object.freeze([...featureNames]);
    this.marginal = new Float64Array(parent.length);
    this.firsts = new Int32Array(levels.length + 2);
    [features, ...levels].forEach((count, l) => {
      this.firsts[l + 1] = this.firsts[l]! + count;
    });
    this.childStart = new Int32Array(parent.length + 1);
    this.childList = new Int32Array(parent.length - 1);
    for (const p of parent) if (p >= 0) this.childStart[p + 1]!++;
    for (let v = 0; v < parent.length; v++) this.childStart[v + 1]! += this.childStart[v]!;
    const fill = this.childStart.slice();
    parent.forEach((p, v) => {
      if (p >= 0) this.childList[fill[p]!++] = v;
    });
    // Parents stand after their children.
    for (let v = parent.length - 1; v >= 0; v--) {
      const p = parent[v]!;
      const above = p < 0 ? 0 : this.marginal[p]!;
      this.marginal[v] = (1 - above) * probability[2 * v]! + above * probability[2 * v + 1]!;
    }
  }

  /** Features and latents. */
  get nodes(): number {
    return this.parent.length;
  }

  get latents(): number {
    return this.nodes - this.features;
  }

  /** The latent that has no parent. */
  get root(): number {
    return this.nodes - 1;
  }

  /** Free probabilities: one for the root, two for every other node. */
  get parameters(): number {
    return 2 * this.nodes - 1;
  }

  /** Bayesian information criterion, higher is better: logLikelihood - parameters / 2 · ln(rows). */
  get bic(): number {
    return this.logLikelihood - (this.parameters / 2) * log(this.rows);
  }

  /** Nodes whose parent this one is, rising. */
  children(node: number): Int32Array {
    requireIndex(node, this.nodes, 'node', 'variable');
    return this.childList.subarray(this.childStart[node]!, this.childStart[node + 1]!);
  }

  /** The island of a latent: its children one level below. */
  island(latent: number): Int32Array {
    const children = this.children(latent);
    if (latent < this.firsts[this.levels.length]!) return children;
    const first = this.firstOf(this.levels.length);
    return children.filter((v) => v < first);
  }

  /** 0 for a feature, 1 for the latents above the features, and so on. */
  levelOf(node: number): number {
    requireIndex(node, this.nodes, 'node', 'variable');
    let [low, high] = [0, this.levels.length];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.firsts[middle]! <= node) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** First node of a level; level 0 is the features. */
  firstOf(level: number): number {
    requireIndex(level, this.levels.length + 1, 'level', 'level');
    return this.firsts[level]!;
  }

  /** A feature's name or number, or `h2.5` for latent 5 of level 2. */
  nameOf(node: number): string {
    const level = this.levelOf(node);
    return level === 0 ? (this.featureNames?.[node] ?? String(node)) : `h${level}.${node - this.firstOf(level)}`;
  }

  /**
   * The features below a latent (through islands, not through links between top latents) that share most mutual information with it under the model,
   * the most first, ties by feature.
   */
  topFeatures(latent: number, count = 10): TopicFeature[] {
    requireInteger(count, 1, 'count');
    if (this.levelOf(latent) === 0)
      throw new RangeError(`latent: expected a latent, from ${this.features} to ${this.nodes - 1}, got ${latent}`);
    return topFeaturesOf(this, latent, count);
  }

  toJSON(): LatentTreeJson {
    const { features, levels, parent, probability, limits, rows, logLikelihood, bic, marginal, featureNames } = this;
    const table = (v: number): [number, number] => [probability[2 * v]!, probability[2 * v + 1]!];
    return {
      format: 1,
      rows,
      logLikelihood,
      bic,
      levels: [...levels],
      features: Array.from({ length: features }, (_, v) => ({
        ...(featureNames ? { name: featureNames[v]! } : {}),
        parent: parent[v]!,
        probability: table(v),
        limit: limits[v]!,
      })),
      latents: Array.from({ length: this.latents }, (_, i) => {
        const v = features + i;
        return {
          name: this.nameOf(v),
          level: this.levelOf(v),
          parent: parent[v]!,
          probability: table(v),
          marginal: marginal[v]!,
        };
      }),
    };
  }

  /** Reads what toJSON wrote. TypeError for another thing, RangeError for a damaged one. */
  static fromJSON(json: LatentTreeJson): LatentTree {
    if (typeof json !== 'object' || json === null || !Array.isArray(json.features) || !Array.isArray(json.latents))
      throw new TypeError(`json: expected a latent tree as toJSON wrote it, got ${got(json)}`);
    if (json.format !== 1) throw new RangeError(`json: expected a latent tree of format 1, got ${got(json.format)}`);
    const nodes = [...json.features, ...json.latents];
    nodes.forEach((node, v) => {
      const { parent, probability } = node ?? {};
      // Not what Int32Array would make of it.
      if (!Number.isInteger(parent) || parent !== (parent | 0))
        throw new RangeError(`json: node ${v} has the parent ${got(parent)}`);
      if (!Array.isArray(probability) || probability.length !== 2 || !probability.every(isNumber))
        throw new RangeError(`json: node ${v}: expected two probabilities, got ${got(probability)}`);
    });
    json.features.forEach(({ limit, name }, v) => {
      if (!isNumber(limit)) throw new RangeError(`json: feature ${v}: expected a limit, got ${got(limit)}`);
      if (typeof name !== typeof json.features[0]!.name || (name !== undefined && typeof name !== 'string'))
        throw new RangeError('json: expected names for all features or for none');
    });
    const names = json.features.map((feature) => feature.name);
    return new LatentTree({
      features: json.features.length,
      levels: json.levels,
      parent: Int32Array.from(nodes, (node) => node.parent),
      probability: Float64Array.from(nodes.flatMap((node) => node.probability)),
      limits: Float64Array.from(json.features, (feature) => feature.limit),
      rows: json.rows,
      logLikelihood: json.logLikelihood,
      featureNames: names[0] === undefined ? undefined : (names as string[]),
    });
  }
}

function isNumber(x: unknown): x is number {
  return typeof x === 'number' && Number.isFinite(x);
}

/** TypeError unless it is a LatentTree: the JSON or a copy of one lacks all that a tree can tell. */
export function requireLatentTree(tree: unknown, argument = 'tree'): asserts tree is LatentTree {
  if (isMade(tree, LatentTree, 'features', argument)) return;
  throw new TypeError(
    `${argument}: expected a LatentTree, got ${got(tree)}${isCopy(tree) ? '; LatentTree.fromJSON reads one from what toJSON wrote' : ''}`,
  );
}

/** Whether it seems to be a LatentTree's JSON, or a copy by structuredClone. */
export function isCopy(value: unknown): boolean {
  return Object(value) === value && !(value instanceof LatentTree) && 'logLikelihood' in (value as object);
}
