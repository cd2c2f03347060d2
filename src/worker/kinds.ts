import type { Table } from '../data/tables/table.js';

/**
 * Objects of the package that may cross between a page and its worker, told by fields of their own: their classes need not be loaded for that, names of classes change where
 * bundlers make code small, and a page may have the package twice.
 */
const FIELDS = {
  Dataset: ['features', 'targets'],
  DataStream: ['shards', 'census'],
  GateCounter: ['layout', 'gates', 'rowsOf'],
  LatentTree: ['levels', 'probability', 'limits'],
  Standardizer: ['mean', 'scale'],
  TextVectorizer: ['words', 'documentFrequency', 'analyzer'],
  TfIdf: ['idf', 'sublinear'],
  TopicTree: ['tree', 'vectorizer', 'steps'],
  Tree: ['variables', 'edges', 'root'],
  Engine: ['kernels', 'arena'],
  Net: ['engine', 'life'],
} as const satisfies Record<string, readonly string[]>;

export type Kind = keyof typeof FIELDS | 'Table';

/** Of these a copy crosses, which is of the same class there. */
export type CopiedKind = Exclude<Kind, 'Dataset' | 'DataStream' | 'Table' | 'Engine' | 'Net'>;

const KINDS = Object.entries(FIELDS) as [Kind, readonly string[]][];

/** Which object of the package it is; undefined for others. */
export function kindOf(value: object): Kind | undefined {
  // Of copies by structuredClone and of JSON there is nothing else to be told.
  if (isPlain(value)) return isTable(value) ? 'Table' : undefined;
  return KINDS.find(([, fields]) => fields.every((field) => Object.hasOwn(value, field)))?.[0];
}

function isTable(value: Partial<Table>): boolean {
  return value.kind === 'table' && Array.isArray(value.columns);
}

/** An object of named values, of whatever realm: what comes to the modules of a test runner is of another one than they are. */
export function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Shards are functions that read files or the net, and the rows that they give would cross again and again. */
export const STREAMS_STAY =
  'stream: expected datasets, as the shards of a stream do not cross between a page and its worker; a script that is a worker itself can train on one';

/** Its parts, for `Parts` of the other side. */
export function partsOf(kind: CopiedKind, value: object): object {
  return kind === 'TextVectorizer' ? (value as { toJSON(): object }).toJSON() : { ...value };
}

type Class = abstract new (...given: never[]) => object;
type Maker = { fromJSON(json: unknown): object };

/** The object that these are the parts of. What a class checks was checked there. */
export function madeOf(kind: CopiedKind, made: Class, parts: object): object {
  if (kind === 'TextVectorizer') return (made as unknown as Maker).fromJSON(parts);
  return Object.assign(Object.create((made as { prototype: object }).prototype), parts);
}
