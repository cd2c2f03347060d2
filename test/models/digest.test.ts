import { readFileSync } from 'node:fs';
import * as espalier from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { trainingDigest } from '../support/digest.js';

test('training gives the committed digests, bit for bit', async () => {
  const golden = JSON.parse(readFileSync('test/golden/digests.json', 'utf8'));
  // After a change of numerics that is meant: node build/test/support/write-digests.js
  assert.equal(await trainingDigest(espalier), golden);
  assert.is(new Set(Object.values(golden)).size, Object.keys(golden).length, 'two digests are equal');
});

test('and gives them again in the same process, whatever the memory holds by then', async () => {
  const golden = JSON.parse(readFileSync('test/golden/digests.json', 'utf8'));
  assert.equal(await trainingDigest(espalier), golden);
});

test.run();
