import type { TextVectorizerJson } from '../../data/documents/vectorizer-json.js';
import { type Taken, takenLine } from '../../data/tables/taken.js';
import { count, percentOf } from '../../numeric/format.js';
import { oneLine } from '../errors.js';
import { type DocumentSource, documentsLine, type SourceTaken } from '../read/document-source.js';
import type { Loaded } from '../read/loaded.js';

/** What --json holds of reading. */
export function takenFields({ taken, warnings = [] }: Loaded): { taken?: Taken; warnings: readonly string[] } {
  return { ...(taken ? { taken } : {}), warnings };
}

/** Says what was taken of each file, and the warnings, a line each, on standard error: standard output may be a pipe or a table. `json` has them in its fields. */
export function tellTaken(files: readonly (Loaded | undefined)[], json: boolean | undefined): void {
  if (json) return;
  for (const file of files) {
    if (!file) continue;
    const parts = [file.told, file.taken && takenLine(file.taken)].filter((part) => part !== undefined);
    if (parts.length > 0) say(`read ${file.name}: ${parts.join(', ')}`);
    tellWarnings(file);
  }
}

/** The same of documents. */
export function tellDocuments({ name, taken, warnings }: DocumentSource, json: boolean | undefined): void {
  if (json) return;
  say(`read ${name}: ${documentsLine(taken)}`);
  tellWarnings({ name, warnings });
}

/** What --json holds of reading documents. */
export function documentFields({ taken, warnings }: DocumentSource): {
  taken: SourceTaken;
  warnings: readonly string[];
} {
  return { taken, warnings };
}

export function tellWarnings({ name, warnings = [] }: Pick<Loaded, 'name' | 'warnings'>): void {
  for (const warning of warnings) say(`warning: ${name}: ${warning}`);
}

/** Scripts whose words no blank parts, and the locale that finds them. */
const UNSPACED: readonly (readonly [script: RegExp, locale: string])[] = [
  [/[\p{sc=Hira}\p{sc=Kana}]/u, 'ja'],
  [/\p{sc=Thai}/u, 'th'],
  [/\p{sc=Khmr}/u, 'km'],
  [/\p{sc=Laoo}/u, 'lo'],
  [/\p{sc=Mymr}/u, 'my'],
  [/\p{sc=Han}/u, 'zh'],
];
/** Of a vocabulary, for it to be of such a script. */
const UNSPACED_SHARE = 0.2;

/** What was decided on the words of texts. `asked`: the language, where somebody named it. */
export function vocabularyLine({ words, analysis }: TextVectorizerJson, asked?: unknown): string {
  const { language } = analysis;
  const stops =
    language !== 'none'
      ? `without the stop words of ${language} (--language none keeps them)`
      : asked === 'none'
        ? 'stop words too'
        : 'stop words too, as those of no language cover the texts (--language names one)';
  return `${count(words.length)} words, ${stops}`;
}

/** Where there are pairs of characters and words could be had. */
export function vocabularyWarnings({ words, analysis }: TextVectorizerJson): string[] {
  if (analysis.segmenter !== undefined) return [];
  for (const [script, locale] of UNSPACED) {
    const share = words.filter((word) => script.test(word)).length / words.length;
    if (share >= UNSPACED_SHARE)
      return [
        `${percentOf(share)} of the words are pairs of characters, as no blanks part them; --segmenter ${locale} finds words`,
      ];
  }
  return [];
}

/** Both, on standard error; `json` has them in its fields. */
export function tellVocabulary(
  name: string,
  vectorizer: TextVectorizerJson,
  asked: unknown,
  json: boolean | undefined,
): void {
  if (json) return;
  say(`words of ${name}: ${vocabularyLine(vectorizer, asked)}`);
  tellWarnings({ name, warnings: vocabularyWarnings(vectorizer) });
}

/** A line on standard error, under the command's name. */
export function say(line: string): void {
  process.stderr.write(`espalier: ${oneLine(line)}\n`);
}
