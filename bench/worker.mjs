// npm run bench:worker -- [--seconds 5] [--bytes 1073741824]: what a page's own thread does while a worker trains: its longest task, how soon an abort is answered, and
// what it takes to hand memory over. In Chromium, in a page that is cross-origin isolated; tasks are those that the browser itself traces.
import { parseArgs } from 'node:util';
import { formatTable, printHeader } from '../build/bench/support/report.js';
import { launch, openPage } from '../test/browser/support/chromium.mjs';
import { pageOf } from '../test/browser/support/import-map.mjs';
import { serve } from '../test/browser/support/server.mjs';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '5' }, bytes: { type: 'string', default: String(2 ** 30) } },
});
const root = new URL('../', import.meta.url);
printHeader('Training in a worker of a page, Chromium');
const server = await serve({
  root,
  pages: { '/': pageOf(root, ['dist/worker.js']) },
  headers: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
});
const browser = await launch();
try {
  const { page, problems } = await openPage(browser, server.url);
  await browser.startTracing(page, { categories: ['toplevel', 'blink.user_timing', 'devtools.timeline'] });
  const { told, working } = await page.evaluate(
    async (seconds) => (await import('/bench/browser/worker-page.js')).trainAll(seconds),
    Number(values.seconds),
  );
  const trace = JSON.parse(await browser.stopTracing());
  const tasks = tasksOf(trace.traceEvents);
  console.log(`${working.threads} threads in the worker\n`);
  const rows = Object.entries(told).map(([name, { seconds, calls, waits }]) => {
    const { longest, share } = between(tasks, name);
    const sorted = waits.toSorted((a, b) => a - b);
    return [
      name,
      seconds.toFixed(1),
      String(calls),
      longest.toFixed(1),
      `${(100 * share).toFixed(1)} %`,
      sorted[sorted.length >> 1].toFixed(0),
      sorted.at(-1).toFixed(0),
    ];
  });
  const header = ['method', 's', 'progress told', "page's longest task, ms", 'busy', 'abort, median ms', 'most'];
  console.log(formatTable(header, rows));
  const over = await page.evaluate(
    async (bytes) => (await import('/bench/browser/worker-page.js')).handOver(bytes),
    Number(values.bytes),
  );
  console.log(
    `\n${values.bytes} bytes handed over: ${over.held.toFixed(2)} ms of the page's thread, ${over.left} bytes left there; ` +
      `${over.rows} rows in the worker, checked after ${over.checked.toFixed(0)} ms; a copy takes ${over.copying.toFixed(0)} ms`,
  );
  if (over.left !== 0) throw new Error('the memory was copied');
  if (problems.length > 0) throw new Error(problems.join('\n'));
} finally {
  await browser.close();
  await server.close();
}

/** The tasks of the page's own thread, and its marks; ms. */
function tasksOf(events) {
  const { pid, tid } = events.find(({ name }) => / begins$/.test(name));
  const own = events.filter((event) => event.pid === pid && event.tid === tid);
  return {
    marks: new Map(own.filter(({ name }) => / (begins|ends)$/.test(name)).map(({ name, ts }) => [name, ts])),
    tasks: own.filter(({ name, ph, dur }) => ph === 'X' && dur > 0 && /RunTask$/.test(name)),
  };
}

function between({ marks, tasks }, name) {
  const [from, to] = [marks.get(`${name} begins`), marks.get(`${name} ends`)];
  const during = tasks.filter(({ ts }) => ts >= from && ts <= to).map(({ dur }) => dur / 1000);
  if (during.length === 0) throw new Error(`${name}: no task of the page was traced`);
  return { longest: Math.max(...during), share: during.reduce((sum, ms) => sum + ms, 0) / ((to - from) / 1000) };
}
