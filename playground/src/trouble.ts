// What went wrong, in words, and the ways on that there are.
import { $, button } from './dom.js';
import type { Reading } from './reading.js';

export interface Remedy {
  /** Of its button. */
  readonly words: string;
  /** How the same files are to be read, beside what was said of them. */
  readonly reading: Reading;
}

/** An error that tells how to go on. */
export interface Remediable extends Error {
  remedies?: readonly Remedy[];
  /** Of the library's reader of tables. */
  suggestion?: Suggestion;
}

interface Suggestion {
  readonly missing?: 'mean' | 'mode';
  readonly missingMarks?: readonly string[];
  readonly ignore?: readonly string[];
}

const FILLS = {
  mean: 'fill missing cells with the column’s mean',
  mode: 'fill missing cells with the column’s most frequent one',
};

/** `more`: said after it. `again`: reads the files that were refused anew. */
export function showTrouble(error: Remediable, more = '', again?: (better: Reading) => void): void {
  const remedies = again ? [...(error.remedies ?? []), ...suggested(error)] : [];
  // The button says it in words.
  const message = remedies.length > 0 ? error.message.replace(/; would go on with \{.*\}$/s, '') : error.message;
  $('#trouble p').textContent = more ? `${message}${/[.!?]$/.test(message) ? '' : '.'} ${more}` : message;
  $('#remedies').replaceChildren(
    ...remedies.map(({ words, reading }, i) => button(words, () => again!(reading), i === 0 ? { id: 'remedy' } : {})),
  );
  const box = $('#trouble');
  box.hidden = false;
  // A form further down may have asked for it.
  box.scrollIntoView({ block: 'nearest' });
}

export function hideTrouble(): void {
  $('#trouble').hidden = true;
}

function suggested({ suggestion, message }: Remediable): Remedy[] {
  if (!suggestion) return [];
  const { missing, missingMarks = [], ignore = [] } = suggestion;
  // Those that count as missing anyhow are in the list too, but not in the message.
  const marks = missingMarks.map((mark) => JSON.stringify(mark)).filter((mark) => message.includes(mark));
  const steps = [
    ...(missing ? [FILLS[missing]] : []),
    ...(marks.length > 0 ? [`take ${someOf(marks)} for a missing cell`] : []),
    ...(ignore.length > 0 ? [`leave out ${someOf(ignore)}`] : []),
  ].join(', ');
  const words = steps === '' ? 'Read it all the same' : steps[0]!.toUpperCase() + steps.slice(1);
  return [{ words, reading: { as: 'table', table: suggestion } }];
}

/** A few, and how many more. */
export function someOf(names: readonly string[], most = 3): string {
  const more = names.length - most;
  return names.slice(0, most).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
