// node tools/picture.mjs, after `npm run build:dev`: writes docs/topics.svg, the README's picture. Another path as the argument goes there.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { latentTree } from 'espalier';
import { latentTreeToSvg } from 'espalier/draw';
import { readDefinitions, vocabularyOf, wordDataset } from '../build/demo/tse/words.js';

const WORDS = 120;

const definitions = await readDefinitions();
const tree = await latentTree(wordDataset(definitions, vocabularyOf(definitions, WORDS)), { maxTop: 4 });
const file = process.argv[2] ?? fileURLToPath(new URL('../docs/topics.svg', import.meta.url));
writeFileSync(file, latentTreeToSvg(tree, { top: 4, title: 'Topics of a dictionary' }));
