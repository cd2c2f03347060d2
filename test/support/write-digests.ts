// Writes test/golden/digests.json after a change of numerics that is meant: node build/test/support/write-digests.js
import { writeFileSync } from 'node:fs';
import * as espalier from 'espalier';
import { trainingDigest } from './digest.js';

const path = new URL('../../../test/golden/digests.json', import.meta.url);
writeFileSync(path, `${JSON.stringify(await trainingDigest(espalier), undefined, 2)}\n`);
console.log(`Wrote ${path.pathname}`);
