// npm run test:runtimes -- [--only PATTERN] [--quick]: kernel tests and digests in every runtime of runtimes.mjs, which it installs, from npm beside this file and from Debian.
// --only: the runtimes whose name matches; --quick: those that npm alone gives, and digests alone.
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runtimes } from './runtimes.mjs';

const { values } = parseArgs({ options: { only: { type: 'string', default: '' }, quick: { type: 'boolean' } } });
const chosen = runtimes.filter(
  ({ name, quick }) => new RegExp(values.only, 'i').test(name) && (quick || !values.quick),
);

/** Paths below build/test/. */
const files = ['assembly', 'kernels'].flatMap((folder) =>
  readdirSync(new URL(`../${folder}/`, import.meta.url))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name.slice(0, -'.ts'.length)}.js`),
);

const SECONDS = 300;
const SLOW_SECONDS = 1200;

let [passed, failed] = [0, 0];
for (const runtime of chosen) {
  let started;
  try {
    started = await runtime.start(files);
  } catch (error) {
    tell(runtime.name, `cannot be had: ${error.message}`);
    continue;
  }
  try {
    for (const [title, task, fault] of tasksOf(runtime)) {
      const began = Date.now();
      try {
        const found = await started.ask(task, runtime.slow ? SLOW_SECONDS : SECONDS);
        const seconds = ((Date.now() - began) / 1000).toFixed(1);
        tell(`${runtime.name}, ${title}`, fault(found), `${summary(found)}, ${seconds} s`);
      } catch (error) {
        tell(`${runtime.name}, ${title}`, error.message);
      }
    }
  } finally {
    await started.close();
  }
}
if (chosen.length === 0) tell(`--only ${values.only}`, 'no runtime has such a name');
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

/** What a runtime is asked, each `[title, task, what is wrong with its answer]`. */
function tasksOf({ wide = false, relaxed, slow }) {
  const threads = slow ? [1, 2] : [1, 2, 3, 5];
  const at = `at ${threads.join(', ')} threads`;
  const told = wide ? 'wide' : 'wide, which it has not';
  const tasks = [
    [`digests ${at}`, { digests: { threads } }, digestsFault],
    [`digests ${at}, ${told}`, { digests: { threads, wide: true } }, (found) => digestsFault(found, wide)],
    [`digests ${at}, relaxed`, { digests: { threads, relaxed: true } }, relaxed ? digestsFault : refusalFault],
  ];
  if (wide && relaxed) {
    const task = { digests: { threads, wide, relaxed } };
    tasks.push([`digests ${at}, wide and relaxed`, task, (found) => digestsFault(found, wide)]);
  }
  if (values.quick) return tasks;
  for (const count of slow ? [1] : [1, 2]) {
    const title = `kernel tests at ${count} thread${count > 1 ? 's' : ''}`;
    const asked = (task) => [
      { kernels: { files, threads: count, ...task } },
      (found) => kernelsFault(found, count, task.wide),
    ];
    tasks.push([title, ...asked({})]);
    if (wide) tasks.push([`${title}, wide`, ...asked({ wide })]);
  }
  return tasks;
}

/** `wide`: what it was asked for and must have; false where it must say why not. */
function buildFault(build, wide) {
  if (wide === undefined) return build.wide ? 'wide registers that nobody asked for' : undefined;
  if (build.wide !== wide)
    return wide ? `no wide registers: ${build.reasons}` : 'wide registers, which none were known to be had';
  return wide || build.reasons.length > 0 ? undefined : 'no wide registers, and no word on why';
}

function digestsFault({ found, refused }, wide) {
  if (refused) return refused;
  for (const [threads, { same, differing, working, build }] of Object.entries(found)) {
    if (!same) return `${threads} threads: other digests: ${differing.join(', ')}`;
    if (working.threads !== Number(threads)) return `${threads} threads: ${working.threads} work: ${working.reasons}`;
    const fault = buildFault(build, wide);
    if (fault) return `${threads} threads: ${fault}`;
  }
  return undefined;
}

function kernelsFault({ faults, working, build }, threads, wide) {
  if (working.threads !== threads) return `${working.threads} threads work: ${working.reasons}`;
  return faults.length > 0 ? faults.join('\n') : buildFault(build, wide);
}

function refusalFault({ refused }) {
  return refused ? undefined : 'relaxed kernels, which none were known to be had';
}

/** What it ran, and how. */
function summary({ runtime, found, passed, build, refused }) {
  if (refused) return `${runtime}: refused: ${refused}`;
  const { wide, reasons } = build ?? Object.values(found)[0].build;
  const registers = wide ? 'wide' : `narrow (${reasons})`;
  return `${runtime}, ${registers}${passed === undefined ? '' : `, ${passed} kernel tests`}`;
}

function tell(title, fault, good) {
  console.log(fault ? `✘ ${title}: ${fault}` : `✓ ${title}: ${good}`);
  if (fault) failed++;
  else passed++;
}
