import { shorten, show } from '../text/show.js';
import type { TableSchema } from './schema.js';
import { argumentOf, type Source, type SourceColumn } from './source.js';
import type { Troubles } from './troubles.js';

/** The columns of a table that a schema asks for, in its order; undefined for one that is absent. */
export interface Matched {
  readonly features: readonly (SourceColumn | undefined)[];
  readonly target: SourceColumn | undefined;
}

/** Finds columns by name; without names, by place. Names of rows that training had not are passed over. */
export function matchColumns(source: Source, schema: TableSchema, troubles: Troubles): Matched {
  const names = source.names ?? namesByPlace(source, schema, troubles);
  const known = new Set(schema.names);
  const placeOf = new Map<string, number>();
  const unknown: string[] = [];
  for (const [place, name] of names.entries()) {
    if (known.has(name)) placeOf.set(name, place);
    else if (!source.rowNames.includes(place)) unknown.push(name);
  }
  const what = argumentOf(source);
  const absent = schema.columns.map(({ name }) => name).filter((name) => !placeOf.has(name));
  if (names.length > 0)
    for (const name of absent.slice(0, MOST_TOLD)) troubles.add(`${what}: expected a column ${show(name)}, got none`);
  if (absent.length > MOST_TOLD) troubles.add(`${what}: ${absent.length - MOST_TOLD} more columns are absent`);
  for (const name of unknown.slice(0, MOST_TOLD))
    troubles.add(`${what}: column ${show(name)} is not in the schema, expected ${shorten(schema.names)}`);
  if (unknown.length > MOST_TOLD)
    troubles.add(`${what}: ${unknown.length - MOST_TOLD} more columns are not in the schema`);
  const columnOf = (name: string) => (placeOf.has(name) ? source.columns[placeOf.get(name)!] : undefined);
  return {
    features: schema.columns.map(({ name }) => columnOf(name)),
    target: schema.target ? columnOf(schema.target.name) : undefined,
  };
}

const MOST_TOLD = 8;

/** Without a header, a table has every column, or every column but the target; none where it has another number. */
function namesByPlace(source: Source, { names, target }: TableSchema, troubles: Troubles): readonly string[] {
  const features = names.filter((name) => name !== target?.name);
  const width = source.columns.length;
  if (width === names.length) return names;
  if (width === features.length) return features;
  const expected =
    features.length === names.length ? `${names.length}` : `${names.length}, or ${features.length} without the target`;
  troubles.add(`${argumentOf(source)}: expected ${expected} columns, got ${width}`);
  return [];
}
