import { readFileSync } from 'node:fs';
import { createEngine } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { callOddly } from '../support/odd-calls-run.js';

// Every function, class and method of the package, found by reflection, with odd values in every place of its arguments: a refusal that names the argument, or a
// result that was looked at; nothing raw, nothing slow, no memory kept.

const golden = new URL('../../../test/golden/odd-values.json', import.meta.url);
const looked: Record<string, Record<string, string>> = JSON.parse(readFileSync(golden, 'utf8'));

test('odd values are refused by name, or taken where they make sense', async () => {
  const { faults, accepted, cases } = await callOddly(await createEngine());
  assert.ok(cases > 10_000);
  assert.equal(faults, []);
  for (const name of new Set([...Object.keys(looked), ...Object.keys(accepted)]))
    assert.equal(accepted[name], looked[name], name);
});

test.run();
