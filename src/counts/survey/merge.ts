import { got } from '../../check/phrase.js';
import { show } from '../../data/text/show.js';
import { ColumnCensus } from './column-census.js';
import { SparseCensus } from './sparse-census.js';
import {
  type ColumnsContent,
  keyOf,
  requireSurvey,
  type SparseContent,
  Survey,
  type SurveyContent,
  type SurveyedDialect,
  type TextsContent,
} from './survey.js';
import { WordCensus } from './word-census.js';

/**
 * The survey of all parts of several surveys: the same, to the bit, in whatever order and by whatever steps they are merged.
 * @throws TypeError for what is no list of surveys; RangeError naming the parts for one that is in two of them, for other columns, another header or other options
 */
export function mergeSurveys(surveys: readonly Survey[]): Survey {
  if (!Array.isArray(surveys)) throw new TypeError(`surveys: expected a list of surveys, got ${got(surveys)}`);
  if (surveys.length === 0) throw new RangeError('surveys: expected at least one, got none');
  // Unlike forEach, this meets the holes.
  for (let i = 0; i < surveys.length; i++) requireSurvey(surveys[i], `surveys[${i}]`);
  const [first, ...others] = surveys as [Survey, ...Survey[]];
  const seen = new Set<string>();
  for (const part of surveys.flatMap(({ parts }) => parts)) {
    if (seen.has(keyOf(part))) throw new RangeError(`surveys: expected each part once, got ${show(part.name)} twice`);
    seen.add(keyOf(part));
  }
  for (const other of others) requireAlike(first, other);
  return new Survey(
    surveys.flatMap(({ parts }) => parts),
    first.how,
    mergedContent(
      surveys.map(({ content }) => content),
      surveys.map(nameOf),
    ),
  );
}

/** What a survey is called. */
function nameOf({ parts }: Survey): string {
  return show(parts[0]!.name);
}

function requireAlike(first: Survey, other: Survey): void {
  if (other.kind !== first.kind)
    throw new RangeError(
      `surveys: expected surveys of ${WORDS[first.kind]}, as of ${nameOf(first)}, got one of ${WORDS[other.kind]}, of ${nameOf(other)}`,
    );
  for (const name of new Set([...Object.keys(first.how), ...Object.keys(other.how)])) {
    const [was, is] = [JSON.stringify(first.how[name]), JSON.stringify(other.how[name])];
    if (was !== is)
      throw new RangeError(
        `surveys: expected parts read by the same options, but ${name} is ${was ?? 'not given'} for ${nameOf(first)} and ${is ?? 'not given'} for ${nameOf(other)}`,
      );
  }
}

const WORDS: Readonly<Record<SurveyContent['kind'], string>> = {
  cells: 'CSV',
  table: 'a Table',
  dense: 'dense rows',
  sparse: 'sparse rows',
  texts: 'texts',
};

/** All are of one kind. */
function mergedContent(contents: readonly SurveyContent[], parts: readonly string[]): SurveyContent {
  switch (contents[0]!.kind) {
    case 'sparse': {
      const census = new SparseCensus();
      const all = contents as readonly SparseContent[];
      for (const { census: one } of all) census.addAll(one);
      return { kind: 'sparse', names: namesOf(all, parts), census };
    }
    case 'texts': {
      const census = new WordCensus();
      for (const { census: one } of contents as readonly TextsContent[]) census.addAll(one);
      return { kind: 'texts', census };
    }
    default:
      return mergedColumns(contents as readonly ColumnsContent[], parts);
  }
}

function mergedColumns(contents: readonly ColumnsContent[], parts: readonly string[]): ColumnsContent {
  const [{ kind, columns }] = contents as [ColumnsContent];
  const names = namesOf(contents, parts);
  const all = columns.map(({ limit }) => new ColumnCensus(limit));
  for (const [i, { columns: found }] of contents.entries()) {
    if (found.length !== columns.length)
      throw new RangeError(
        `surveys: expected ${columns.length} columns, as ${parts[0]} has, got ${found.length} in ${parts[i]}`,
      );
    for (const [c, column] of found.entries()) {
      const known = columns[c]!.categories;
      if (JSON.stringify(known) !== JSON.stringify(column.categories))
        throw new RangeError(
          `surveys: expected the same categories of ${show(names?.[c] ?? String(c))} in all parts, got others in ${parts[i]} than in ${parts[0]}`,
        );
      all[c]!.addAll(column);
    }
  }
  const named = contents.find((content) => content.names);
  return {
    kind,
    rows: contents.reduce((sum, { rows }) => sum + rows, 0),
    names,
    rowNames: named?.rowNames ?? [],
    dialect: kind === 'cells' ? mergedDialect(contents, parts) : undefined,
    columns: all,
  };
}

/** Those of the parts that have any. */
function namesOf(
  contents: readonly Pick<ColumnsContent, 'names'>[],
  parts: readonly string[],
): readonly string[] | undefined {
  const first = contents.findIndex(({ names }) => names);
  if (first < 0) return undefined;
  const names = contents[first]!.names!;
  for (const [i, { names: others }] of contents.entries()) {
    if (!others || JSON.stringify(others) === JSON.stringify(names)) continue;
    const c = names.findIndex((name, place) => name !== others[place]);
    const told =
      names.length === others.length
        ? `column ${c + 1} is ${show(names[c]!)} in ${parts[first]} and ${show(others[c]!)} in ${parts[i]}`
        : `${parts[first]} has ${names.length} columns and ${parts[i]} ${others.length}`;
    throw new RangeError(`surveys: expected the same header in all parts, but ${told}`);
  }
  return names;
}

function mergedDialect(contents: readonly ColumnsContent[], parts: readonly string[]): SurveyedDialect {
  const of = <K extends keyof SurveyedDialect>(key: K): SurveyedDialect[K] => {
    const told = contents.findIndex(({ dialect }) => dialect![key] !== '');
    if (told < 0) return '' as SurveyedDialect[K];
    const value = contents[told]!.dialect![key];
    const other = contents.findIndex(({ dialect }) => dialect![key] !== '' && dialect![key] !== value);
    if (other >= 0)
      throw new RangeError(
        `surveys: expected one ${MARKS[key]} in all parts, got ${show(String(value))} in ${parts[told]} and ${show(String(contents[other]!.dialect![key]))} in ${parts[other]}; the option ${key} says it`,
      );
    return value;
  };
  return {
    delimiter: of('delimiter'),
    decimal: of('decimal'),
    thousands: of('thousands'),
    header: contents.some(({ dialect }) => dialect!.header),
  };
}

const MARKS: Readonly<Record<keyof SurveyedDialect, string>> = {
  delimiter: 'delimiter',
  decimal: 'decimal mark',
  thousands: 'mark between thousands',
  header: 'header',
};
