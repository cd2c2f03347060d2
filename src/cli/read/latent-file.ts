import { createHash } from 'node:crypto';
import { got } from '../../check/phrase.js';
import { keptWords } from '../../data/documents/kept.js';
import type { TextVectorizerJson } from '../../data/documents/vectorizer-json.js';
import { requireSchema, type TableSchema } from '../../data/tables/schema.js';
import { parseJson } from '../../files/json.js';
import { LatentTree, type LatentTreeJson } from '../../structure/latent/latent-tree.js';
import { latentTreeToJson } from '../../structure/latent/topics-json.js';
import { TopicTree, type TopicTreeJson } from '../../structure/topics/topic-tree.js';
import { inFile, UserError } from '../errors.js';
import { readReading } from '../flags/reading.js';
import type { DataOptions } from '../options.js';
import { readBytes } from './bytes.js';
import { loadLike } from './data.js';
import type { Loaded, SvmlightReading } from './loaded.js';
import { soundReading } from './svmlight-file.js';

/** A latent tree as the command writes it: with what it takes to read other rows the same way. */
interface LatentTreeFile extends LatentTreeJson {
  source?: { targets?: 'classes' | 'tasks' | 'values'; csv?: TableSchema; svmlight?: SvmlightReading };
  vectorizer?: TextVectorizerJson;
}

export interface OpenedTree {
  tree: LatentTree;
  /** Of the file's bytes. */
  sha256: string;
  source: NonNullable<LatentTreeFile['source']>;
  /** Of a tree over words of texts. */
  vectorizer?: TextVectorizerJson;
  /** The tree with its words, and all that topics wrote. */
  topics?: TopicTree;
}

/** What the tree's own rows were read with. */
export function sourceOf({ data, csv, svmlight }: Loaded): OpenedTree['source'] {
  return {
    ...(data.targets ? { targets: data.targets.kind } : {}),
    ...(csv ? { csv } : {}),
    ...(svmlight ? { svmlight } : {}),
  };
}

export function latentTreeText(tree: LatentTree, top: number, source: OpenedTree['source']): string {
  return `${JSON.stringify({ ...latentTreeToJson(tree, { top }), source })}\n`;
}

/** Reads what latentTreeText wrote, or LatentTree.toJSON. `expected`: what a file of something else is told that it should be. */
export async function openLatentTree(
  path: string,
  expected = 'a latent tree as latent-tree --out writes it',
): Promise<OpenedTree> {
  return inFile(path, async () => {
    const bytes = readBytes(path);
    let json: LatentTreeFile;
    try {
      json = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes), 'json') as LatentTreeFile;
    } catch (error) {
      if (error instanceof RangeError) throw error;
      throw new UserError(`${path}: expected ${expected}, in JSON`);
    }
    const tree = LatentTree.fromJSON(json);
    const { vectorizer } = json;
    if (vectorizer !== undefined) keptWords(vectorizer, tree.features);
    return {
      tree,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      source: soundSource(json.source ?? {}),
      ...(vectorizer ? { vectorizer, topics: await TopicTree.fromJSON(json as TopicTreeJson) } : {}),
    };
  });
}

function soundSource(source: OpenedTree['source']): OpenedTree['source'] {
  const { targets, csv, svmlight } = source;
  if (targets !== undefined && !['classes', 'tasks', 'values'].includes(targets))
    throw new RangeError(`source.targets: expected classes, tasks or values, got ${got(targets)}`);
  if (csv !== undefined) requireSchema(csv, 'source.csv');
  if (svmlight !== undefined) soundReading(svmlight, 'source.svmlight');
  return source;
}

/** Rows of the features that the tree was learned on. */
export async function loadLikeTree(
  path: string,
  { tree, source }: OpenedTree,
  options: Pick<DataOptions, 'format' | 'labels' | 'task'>,
): Promise<Loaded> {
  const { csv, svmlight, targets } = source;
  const kind = readReading({ task: options.task }).task ?? targets ?? 'classes';
  const reference = {
    columns: tree.features,
    target: { kind, outputs: 2 },
    ...(csv ? { csv } : {}),
    ...(svmlight ? { svmlight } : {}),
  };
  return loadLike(path, reference, options, false);
}
