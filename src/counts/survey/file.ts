import { isObject } from '../../check/complete.js';
import { parseJson } from '../../files/json.js';
import { readSealed, sealing } from '../../files/sealed.js';
import { atOnce } from '../../runtime/steps.js';
import { ColumnCensus } from './column-census.js';
import { LEAST_DISTINCT, NumberSet } from './number-set.js';
import { SparseCensus } from './sparse-census.js';
import { requireSurvey, Survey, type SurveyContent } from './survey.js';
import { TextSet } from './text-set.js';
import { WordCensus } from './word-census.js';
import { sorted } from './words.js';

/** Metadata entry that says what the file is. */
const KIND = 'espalier.survey';
const VERSION = '1';

/** Lists of numbers of all sorts, in one. */
class Numbers {
  readonly #lists: Float64Array[] = [];
  #length = 0;

  /** Where it is then: [from, to). */
  put(list: ArrayLike<number>): [number, number] {
    const from = this.#length;
    this.#lists.push(Float64Array.from(list));
    this.#length += list.length;
    return [from, this.#length];
  }

  all(): Float64Array {
    const all = new Float64Array(this.#length);
    let at = 0;
    for (const list of this.#lists) {
      all.set(list, at);
      at += list.length;
    }
    return all;
  }
}

/** A survey as one file, sealed by a digest: the same survey, the same bytes. */
export function saveSurvey(survey: Survey): Uint8Array<ArrayBuffer> {
  requireSurvey(survey);
  const numbers = new Numbers();
  const { parts, how, content } = survey;
  const json = new TextEncoder().encode(
    JSON.stringify({ parts, how: sortedKeys(how), content: written(content, numbers) }),
  );
  const list = numbers.all();
  return atOnce(
    sealing(
      { json: { shape: [json.length], data: json }, numbers: { shape: [list.length], data: list } },
      { [KIND]: VERSION },
    ),
  );
}

function sortedKeys(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function written(content: SurveyContent, numbers: Numbers): object {
  switch (content.kind) {
    case 'texts': {
      const { documents, words, forms } = content.census;
      const all = sorted(words);
      const named = sorted(forms);
      return {
        kind: content.kind,
        documents,
        words: all.map(([word]) => word),
        frequency: numbers.put(all.map(([, word]) => word.documents)),
        total: numbers.put(all.map(([, { total }]) => total)),
        forms: named.map(([form, { word }]) => [form, word]),
        formTotal: numbers.put(named.map(([, { total }]) => total)),
      };
    }
    case 'sparse': {
      const { rows, columns, lowest, ones, others } = content.census;
      const sets = [...others].sort(([a], [b]) => a - b);
      return {
        kind: content.kind,
        names: content.names,
        ...{ rows, columns, lowest: Number.isFinite(lowest) ? lowest : null },
        ones: numbers.put(ones.subarray(0, columns)),
        others: sets.map(([c, set]) => [c, writtenSet(set, numbers)]),
      };
    }
    default: {
      const { kind, rows, names, rowNames, dialect } = content;
      return {
        ...{ kind, rows, names, rowNames, dialect },
        columns: content.columns.map(({ limit, numbers: set, texts, missing, infinite, categories }) => {
          const times = texts.times;
          return {
            ...{ limit, missing, infinite, categories },
            numbers: writtenSet(set, numbers),
            texts: times ? [...times.keys()] : null,
            textCount: texts.count,
            times: numbers.put(times ? [...times.values()] : []),
          };
        }),
      };
    }
  }
}

function writtenSet(set: NumberSet, numbers: Numbers): object {
  const { dropped, sum, least, most, values, times } = set.parts();
  const [from, to] = numbers.put(values);
  numbers.put(times);
  return { dropped, sum: sum.toString(16), range: numbers.put(to > from ? [least, most] : []), values: [from, to] };
}

/**
 * What saveSurvey wrote.
 * @throws TypeError for what are no bytes; RangeError for another file, for one of a newer release, and for one that is damaged or cut off
 */
export function loadSurvey(bytes: Uint8Array): Survey {
  return readSurvey(bytes, 'bytes');
}

/** loadSurvey, by another name in messages. */
export function readSurvey(bytes: Uint8Array, argument: string): Survey {
  const { tensors, metadata, sealed } = readSealed(bytes, argument, 'survey');
  const version = metadata[KIND];
  if (version === undefined)
    throw new RangeError(`${argument}: expected a survey as saveSurvey writes it, got another file of tensors`);
  if (version !== VERSION)
    throw new RangeError(
      `${argument}: expected a survey of version ${VERSION}, got one of version ${version}, written by a newer release of Espalier`,
    );
  const [json, numbers] = [tensors.json?.data, tensors.numbers?.data];
  const damaged = (cause?: unknown) =>
    new RangeError(`${argument}: the survey is damaged: its contents are not what was written`, { cause });
  if (!sealed || !(json instanceof Uint8Array) || !(numbers instanceof Float64Array)) throw damaged();
  try {
    const saved = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(json), argument) as Saved;
    if (!isObject(saved) || !isObject(saved.how)) throw damaged();
    return new Survey(saved.parts, saved.how, readContent(saved.content, numbers));
  } catch (cause) {
    throw damaged(cause);
  }
}

type Range = readonly [number, number];

interface SavedSet {
  readonly dropped: number;
  readonly sum: string;
  readonly range: Range;
  readonly values: Range;
}

/** As `written` makes it; the seal vouches for it. */
interface Saved {
  readonly parts: Survey['parts'];
  readonly how: Survey['how'];
  // biome-ignore lint/suspicious/noExplicitAny: of several kinds
  readonly content: any;
}

function readContent(saved: Saved['content'], numbers: Float64Array): SurveyContent {
  const list = ([from, to]: Range) => numbers.subarray(from, to);
  const setOf = (limit: number, { dropped, sum, range, values }: SavedSet) => {
    const [from, to] = values;
    const [least = Number.POSITIVE_INFINITY, most = Number.NEGATIVE_INFINITY] = list(range);
    const units = sum.startsWith('-') ? -BigInt(`0x${sum.slice(1)}`) : BigInt(`0x${sum}`);
    const times = list([to, 2 * to - from]);
    return NumberSet.of(limit, { dropped, least, most, sum: units, values: list(values), times });
  };
  switch (saved.kind) {
    case 'texts': {
      const census = new WordCensus();
      census.documents = saved.documents;
      const [frequency, total, formTotal] = [list(saved.frequency), list(saved.total), list(saved.formTotal)];
      for (const [i, word] of (saved.words as string[]).entries()) census.add(word, frequency[i]!, total[i]!);
      for (const [i, [form, word]] of (saved.forms as [string, string][]).entries())
        census.addForm(form, word, formTotal[i]!);
      return { kind: 'texts', census };
    }
    case 'sparse': {
      const census = new SparseCensus();
      census.reach(saved.columns);
      census.rows = saved.rows;
      census.lowest = saved.lowest ?? Number.POSITIVE_INFINITY;
      census.ones.set(list(saved.ones));
      for (const [c, set] of saved.others as [number, SavedSet][]) census.others.set(c, setOf(LEAST_DISTINCT, set));
      return { kind: 'sparse', names: saved.names, census };
    }
    default: {
      // biome-ignore lint/suspicious/noExplicitAny: as written
      const columns = saved.columns.map((column: any) => {
        const { limit, missing, infinite, categories, textCount } = column;
        const times = list(column.times);
        const kept = column.texts && new Map((column.texts as string[]).map((text, i) => [text, times[i]!]));
        const texts = TextSet.of(limit, textCount, kept ?? undefined);
        return new ColumnCensus(limit, { numbers: setOf(limit, column.numbers), texts, missing, infinite, categories });
      });
      return { ...saved, columns };
    }
  }
}
