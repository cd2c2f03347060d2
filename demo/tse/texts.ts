import type { TextVectorizer } from 'espalier/text';
import { xml } from '#dist/drawings/svg.js';
import type { Definition } from './words.js';

/** A text with the words that the learner sees marked. */
export function marked({ text }: Pick<Definition, 'text'>, vectorizer: TextVectorizer): string {
  let at = 0;
  const parts = vectorizer.find(text).map(({ start, end }) => {
    const before = text.slice(at, start);
    at = end;
    return `${xml(before)}<mark>${xml(text.slice(start, end))}</mark>`;
  });
  return parts.join('') + xml(text.slice(at));
}

/** The name of a kind, in its colour. */
export function kindTag(kinds: readonly string[], kind: number): string {
  return `<span class="kind k${kind}">${xml(kinds[kind]!)}</span>`;
}
