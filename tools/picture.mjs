// node tools/picture.mjs, after `npm run build:dev`: writes docs/topics.svg, the README's picture. Another path as the argument goes there.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { latentTree } from 'espalier';
import { latentTreeToSvg } from 'espalier/draw';
import { TextVectorizer } from 'espalier/text';
import { DICTIONARY_WORDS, readDefinitions } from '../build/demo/tse/words.js';

const WORDS = 120;

const texts = (await readDefinitions()).map(({ text }) => text);
const { data } = await TextVectorizer.learnTransform(texts, {
  maxFeatures: WORDS,
  language: 'en',
  stopWords: DICTIONARY_WORDS,
});
const tree = await latentTree(data, { maxTop: 4 });
const file = process.argv[2] ?? fileURLToPath(new URL('../docs/topics.svg', import.meta.url));
writeFileSync(file, latentTreeToSvg(tree, { top: 4, title: 'Topics of a dictionary' }));
