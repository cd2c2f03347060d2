import { got } from '../../check/phrase.js';
import { isMade } from '../../check/require.js';
import { TextVectorizer } from '../../data/documents/vectorizer.js';
import type { LatentTree } from '../latent/latent-tree.js';

/** Its constructor is private. */
const VECTORIZER = TextVectorizer as unknown as abstract new () => TextVectorizer;

/** TypeError for what is no vectorizer, RangeError unless its words are the tree's features. */
export function requireWords(tree: LatentTree, vectorizer: TextVectorizer): void {
  if (!isMade(vectorizer, VECTORIZER, 'words', 'vectorizer'))
    throw new TypeError(`vectorizer: expected a TextVectorizer, got ${got(vectorizer)}`);
  const { words } = vectorizer;
  if (words.length !== tree.features)
    throw new RangeError(`vectorizer: expected the ${tree.features} words of the tree, got ${words.length}`);
  const other = tree.featureNames?.findIndex((name, v) => name !== words[v]) ?? -1;
  if (other >= 0)
    throw new RangeError(
      `vectorizer: expected the words of the tree, got ${got(words[other])} for its ${got(tree.nameOf(other))}`,
    );
}
