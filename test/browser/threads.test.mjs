// Threads in pages: isolated ones, which may share memory, and others, which may not; Chromium and Firefox.
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pageOf } from './support/import-map.mjs';
import { browsers, ISOLATION, posted } from './support/posting-page.mjs';

const root = new URL('../../', import.meta.url);
const golden = JSON.parse(readFileSync(new URL('test/golden/digests.json', root), 'utf8'));
const threads = suite('threads in pages');
const entries = [
  'dist/index.js',
  'dist/runtime/engine.js',
  'build/test/support/digest.js',
  'build/test/support/team.js',
];
// The bare specifiers of the package itself are those of Node.
const run = (counts) =>
  pageOf(root, entries, `import { post } from '/test/browser/support/threads-page.mjs'; await post([${counts}]);`);

async function told(open, counts, headers) {
  const { faults, ...result } = await posted(open, root, run(counts), headers);
  assert.equal(faults, []);
  return result;
}

for (const [name, open, test] of browsers(threads)) {
  test(`${name}, an isolated page: the committed digests at 1, 2, 3 and 5 threads, and timers run at each yield`, async () => {
    const { isolated, cores, working, found, fork, turns } = await told(open, [1, 2, 3, 5], ISOLATION);
    console.log(
      `${name}: an empty fork and join ${fork.spinning.toFixed(1)} µs, ${fork.sleeping.toFixed(0)} µs with a thread that sleeps; ` +
        `a yield ${turns.costMs.toFixed(2)} ms, timers in ${turns.withTimer} of ${turns.yields}`,
    );
    assert.is(isolated, true);
    assert.is(working.threads, cores);
    for (const count of [1, 2, 3, 5]) {
      assert.equal(found[count].digests, golden, `${count} threads`);
      assert.is(found[count].working.threads, count);
    }
    // Not a time, but an order: a timer that is due comes before what is yielded to.
    assert.ok(turns.withTimer >= turns.yields - 2, `timers ran in ${turns.withTimer} of ${turns.yields} yields`);
  });

  test(`${name}, a page that is not isolated: one thread, and why`, async () => {
    const { isolated, working, found } = await told(open, [3], {});
    assert.is(isolated, false);
    assert.is(working.threads, 1);
    assert.match(
      working.reasons.join(),
      /^the page is not cross-origin isolated: it is to be served with Cross-Origin/,
    );
    assert.equal(found[3], { digests: golden, working });
  });
}

threads.run();
