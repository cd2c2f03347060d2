import { areIds } from '../../data/tables/learn.js';
import type { LearnedTable } from '../../data/tables/learn-records.js';
import { TableError } from '../../data/tables/troubles.js';
import { type CsvOptions, csvTargets, learnCsvAsync } from '../../data/text/csv.js';
import { shorten, show } from '../../data/text/show.js';

/** Every remedy may bring the next trouble to light. */
const MOST_TRIES = 3;

type Suggestion = Readonly<Record<string, unknown>>;

/**
 * learnCsvAsync, whose TableError tells options that go on.
 * @param chosen whether the target is somebody's choice, not the default
 */
export async function learnTold(text: string, options: CsvOptions, chosen: boolean): Promise<LearnedTable> {
  try {
    const learned = await learnCsvAsync(text, options);
    if (!chosen) refuseIds(learned);
    return learned;
  } catch (error) {
    throw error instanceof TableError ? await goingOn(text, options, error, !chosen) : error;
  }
}

/**
 * All that is wrong with a table, and options by which it is learned from: tried on it, with what comes to light then.
 * @param target whether the target may be another: it is but the default
 */
async function goingOn(text: string, options: CsvOptions, first: TableError, target: boolean): Promise<TableError> {
  const troubles = [...first.troubles];
  let error = first;
  let suggestion: Suggestion = {};
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    let next: Suggestion | undefined = error.suggestion;
    if (!next && target && suggestion.target === undefined) {
      const other = await otherTarget(text, { ...options, ...suggestion });
      if (!other) break;
      troubles.push(other.told);
      next = other.suggestion;
    }
    if (!next) break;
    suggestion = { ...suggestion, ...next };
    const found = await troublesOf(text, { ...options, ...suggestion });
    if (!found) return new TableError(troubles, suggestion, first.learned);
    for (const trouble of found.troubles) if (!troubles.includes(trouble)) troubles.push(trouble);
    error = found;
  }
  return new TableError(troubles, undefined, first.learned);
}

async function troublesOf(text: string, options: CsvOptions): Promise<TableError | undefined> {
  try {
    await learnCsvAsync(text, options);
    return undefined;
  } catch (error) {
    if (error instanceof TableError) return error;
    if (error instanceof RangeError) return new TableError([error.message]);
    throw error;
  }
}

/** Another column to predict, with what the features need then. */
async function otherTarget(
  text: string,
  options: CsvOptions,
): Promise<{ told: string; suggestion: Suggestion } | undefined> {
  const features = await troublesOf(text, { ...options, target: null });
  if (features && !features.suggestion) return undefined;
  const suggestion = features?.suggestion ?? {};
  const names = await csvTargets(text, { ...options, ...suggestion, target: null });
  if (names.length === 0) return undefined;
  return {
    told: `the target is the last column unless --target names another, such as ${shorten(names)}`,
    suggestion: { ...suggestion, target: names[0] },
  };
}

/** TableError where the last column, which is the target unless somebody says otherwise, only tells rows apart. */
function refuseIds({ schema, data }: LearnedTable): void {
  const { targets, rows } = data;
  const name = schema.target?.name;
  if (name === undefined || !targets || targets.kind === 'tasks') return;
  const numbers = targets.kind === 'classes' ? (targets.names ?? []).map(Number) : [...new Set(targets.values)];
  if (areIds(name, numbers, rows))
    throw new TableError([
      `column ${show(name)}: expected a target, got ${numbers.length} different whole numbers in ${rows} rows, as ids have`,
    ]);
}
