import { TextVectorizer, type TextVectorizerJson } from 'espalier/text';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Random } from '../../support/random.js';
import { refuses, refusesAsync } from '../../support/refuses.js';

const test = suite('vectorizer');

const TEXTS = ['Red apples, green apples.', 'A green pear', '', 'Red wine; red, red wine!'];

/** Rows as records of counts. */
function records(matrix: ReturnType<TextVectorizer['rows']>, words: readonly string[]): Record<string, number>[] {
  return Array.from({ length: matrix.rows }, (_, r) =>
    Object.fromEntries(
      Array.from(matrix.index.subarray(matrix.start[r], matrix.start[r + 1]), (column, i) => [
        words[column]!,
        matrix.value[matrix.start[r]! + i]!,
      ]),
    ),
  );
}

test('counts of words by hand', async () => {
  const vectorizer = await TextVectorizer.learn(TEXTS);
  assert.equal(vectorizer.words, ['a', 'apples', 'green', 'pear', 'red', 'wine']);
  assert.equal(vectorizer.documentFrequency, [1, 1, 2, 1, 2, 1]);
  assert.is(vectorizer.documents, 4);
  assert.equal(records(vectorizer.rows(TEXTS), vectorizer.words), [
    { apples: 2, green: 1, red: 1 },
    { a: 1, green: 1, pear: 1 },
    {},
    { red: 3, wine: 2 },
  ]);
  assert.equal(vectorizer.find('A PEAR, unlike wine'), [
    { feature: 0, start: 0, end: 1 },
    { feature: 3, start: 2, end: 6 },
    { feature: 5, start: 15, end: 19 },
  ]);
});

test.run();
