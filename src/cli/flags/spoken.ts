import { COUNTING } from '../../counts/count.js';
import { DOCUMENT_COLUMNS } from '../../data/documents/options.js';
import { VECTORIZER } from '../../data/documents/vectorizer-options.js';
import { CSV } from '../../data/text/csv.js';
import { SVMLIGHT } from '../../data/text/svmlight.js';
import { MAX_MEMORY } from '../../runtime/budget.js';
import { LATENT_TREE } from '../../structure/latent/options.js';
import { type Flag, flagsOf } from './flag.js';
import { writtenText } from './written.js';

const { zeroBased, columns } = SVMLIGHT;
const { maxFeatures, minDocuments, minShare, maxShare } = VECTORIZER;
const { together, apart, maxTop, topTopics, maxLevels, sampleRows } = LATENT_TREE;

/** Every option of reading that messages may speak of, as flags. */
export const SPOKEN_FLAGS: readonly Flag[] = flagsOf({
  ...CSV,
  ...DOCUMENT_COLUMNS,
  ...{ maxFeatures, minDocuments, minShare, maxShare, together, apart, maxTop, topTopics, maxLevels, sampleRows },
  minSupport: COUNTING.minSupport,
  columns,
  zeroBased: { ...zeroBased, flag: 'zero-based', text: 'auto, yes or no', spellings: { yes: true, no: false } },
  maxMemory: { ...MAX_MEMORY, flag: 'max-memory' },
});

/** What stands in double quotes is somebody's data. */
const QUOTED = /("(?:[^"\\]|\\.)*")/;

/** A message of the library, whose options are flags here: missingMarks as --missing-marks, the option missing as --missing, task: 'values' as --task values. */
export function inFlags(message: string): string {
  return message
    .split(QUOTED)
    .map((part, i) => (i % 2 === 1 ? part : SPOKEN_FLAGS.reduce(spoken, part)))
    .join('');
}

const NEVER = /(?!)/;

function spoken(text: string, { path, name, option }: Flag): string {
  const [key, flag] = [path.at(-1)!, `--${name}`];
  const at = (before: string, after = '') => new RegExp(`(?<=${before})${key}${after}`, 'g');
  return (
    text
      .replace(
        new RegExp(`(?<![\\w-])${key}: (?:'([^']*)'|(true|false))`, 'g'),
        (_, word?: string, yes?: string) => `${flag} ${writtenText(option, word ?? yes === 'true')}`,
      )
      .replace(new RegExp(`\\b(?:the )?option ${key}\\b`, 'g'), flag)
      .replace(new RegExp(`(?<=^|[:;] )${key}(?:\\[\\d+\\])+(?=: )`, 'g'), flag)
      // Of several words, and so no word of a sentence.
      .replace(/[A-Z]/.test(key) ? new RegExp(`(?<![\\w-])${key}(?!\\w)`, 'g') : NEVER, flag)
      .replace(at('^|[:;] ', ': (?=expected (?:one of the columns|a place))'), `${flag}: `)
      .replace(at('[:;] ', ': (?=[-\\d])'), `${flag} `)
      .replace(option.kind === 'list' ? at('\\b(?:under|with|use) ', '\\b') : NEVER, flag)
      .replace(at('^|[,;] ', '(?= leaves )'), flag)
  );
}
