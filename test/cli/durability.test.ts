// A few cases of each kind of test/durability: npm run test:durability has the others.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { check, Fault, putOld, reference, run } from '../durability/command.js';
import { failingCall, systemCases, twoWriters } from '../durability/faults.js';
import { killChain } from '../durability/kills.js';
import { newFolder, type Scenario, scenarios } from '../durability/scenarios.js';
import { Scratch } from '../support/cli.js';

const scratch = new Scratch();
test.after(() => scratch.remove());
const all = scenarios(scratch);
const named = (name: string) => all.find((one) => one.name === name)!;
const measured = (scenario: Scenario) => reference(scenario, newFolder(scratch), scratch.path('count'));

test('killed and resumed, a run gives the same bytes and leaves nothing', async () => {
  const dense = named('train dense');
  const whole = await measured(dense);
  const { kills } = await killChain(dense, whole, scratch, 3, 2);
  assert.ok(kills > 0);
  await twoWriters(dense, whole, scratch);
});

test('a disk that fails: one line, and the old files', async () => {
  const predict = named('predict');
  const whole = await measured(predict);
  await failingCall(predict, whole, scratch, 2);
  const some = new Map(all.map((scenario) => [scenario.name, { scenario, whole }]));
  const quick = ['standard output into a file on a full disk', 'files on a full disk', 'a read-only folder'];
  for (const { name, work } of systemCases(some, scratch)) if (quick.includes(name)) await work();
});

test('the checks themselves find a half-written file, another mode, and what was left behind', async () => {
  const predict = named('predict');
  const whole = { files: new Map([['answers.csv', Buffer.from('all')]]), calls: 1, time: 1 };
  const folder = newFolder(scratch);
  putOld(predict, folder);
  check(predict, whole, folder, false);
  const found = (work: () => void) => assert.throws(work, (error: unknown) => error instanceof Fault);
  scratch.file(`${folder.slice(scratch.folder.length)}/.answers.csv.lock`, '');
  check(predict, whole, folder, true);
  found(() => check(predict, whole, folder, false));
  scratch.file(`${folder.slice(scratch.folder.length)}/answers.csv`, 'al');
  found(() => check(predict, whole, folder, true));
  const { code } = await run(predict.args(newFolder(scratch)), { trap: { at: 1, act: 'SIGKILL' } });
  assert.is(code, null);
});

test.run();
