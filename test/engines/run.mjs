// npm run test:engines -- [--only slurm|dask|parallel]: the recipes of examples/engines on the real thing, installed from Debian where it is missing.
// What an engine makes of parts, with workers killed and parts that fail, has the digests of what one process makes of them, and its tree that of the whole file.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { haveFiles } from '../browser/support/debian.mjs';
import { commandIn } from './support/command.mjs';
import { dask } from './support/dask.mjs';
import { csvParts, digests, inOneProcess, RESULTS, sparseParts, strays } from './support/data.mjs';
import { parallel } from './support/parallel.mjs';
import { isRunning, kill, run, until } from './support/processes.mjs';
import { slurm } from './support/slurm.mjs';

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const chosen = [slurm, dask, parallel].filter(({ name }) => new RegExp(values.only, 'i').test(name));

const folder = mkdtempSync(join(tmpdir(), 'espalier-engines-'));
let [passed, failed] = [0, 0];
try {
  const [sparse, csv] = await prepared();
  for (const engine of chosen) await testEngine(engine, sparse, csv);
  if (chosen.includes(parallel)) await testReadme(csv);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (chosen.length === 0) tell(`--only ${values.only}`, 'no engine has such a name');
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

/** The data, and what one process makes of them. */
async function prepared() {
  const data = {
    // A shell would take names with a space apart. The second part takes long enough to be caught while it is read.
    'sparse text': sparseParts(join(folder, 'sparse text'), [500, 60_000, 800, 700]),
    CSV: csvParts(join(folder, 'csv'), [300, 500, 400, 350]),
  };
  const home = join(folder, 'one');
  mkdirSync(home);
  const command = commandIn(home);
  for (const [kind, found] of Object.entries(data)) {
    found.expected = await inOneProcess(found, command, join(home, kind));
    console.log(`  one process, ${kind} in ${found.parts.length} parts: ${told(found.expected)}`);
  }
  return Object.values(data);
}

async function testEngine({ name, packages, start }, sparse, csv) {
  const home = join(folder, name.replace(/\W/g, '-'));
  mkdirSync(home);
  const command = commandIn(home);
  let engine;
  try {
    haveFiles(packages);
    engine = await start(home, command);
  } catch (error) {
    tell(name, `cannot be had: ${error.message}`);
    return;
  }
  const calls = (of) => command.callsOf(of).length;
  const cases = {
    async 'all goes well, and again with nothing to do'(out) {
      succeeded(await engine.compute(out, csv.parts));
      const good = same(out, csv);
      const before = calls('count');
      succeeded(await engine.compute(out, csv.parts));
      equal('parts counted by a second run', calls('count') - before, 0);
      same(out, csv);
      return good;
    },
    async 'a worker killed while it counts'(out) {
      const before = calls('count');
      const computing = engine.compute(out, sparse.parts);
      const pid = await caught(command, sparse.parts[1], computing);
      equal('counts of the part that is being read', existsSync(join(out, 'counts', '2')), false);
      await engine.killWorker(pid);
      succeeded(await computing);
      await until('the end of what the worker had started', () => !isRunning(pid));
      // On a machine that died, other parts may have been begun too.
      equal('a part counted again', calls('count') - before > sparse.parts.length, true);
      return same(out, sparse);
    },
    async 'a disk full in the middle of an output'(out) {
      const before = calls('count');
      command.breakOff('count');
      succeeded(await engine.compute(out, csv.parts));
      equal('counts begun', calls('count') - before, csv.parts.length + 1);
      return same(out, csv);
    },
    async 'a part that is missing at first'(out) {
      const [missing] = csv.parts.slice(2);
      renameSync(missing, `${missing}.away`);
      const first = await engine.compute(out, csv.parts);
      renameSync(`${missing}.away`, missing);
      equal('a run without one of its parts ends well', first.code === 0, false);
      equal('its results', RESULTS.filter((result) => digests(out)[result]).join(), '');
      const before = calls('survey');
      succeeded(await engine.compute(out, csv.parts));
      equal('parts surveyed once it is there', calls('survey') - before, 1);
      return same(out, csv);
    },
    ...(engine.killed && {
      async 'killed itself, and run again'(out) {
        const computing = engine.compute(out, sparse.parts);
        const pid = await caught(command, sparse.parts[1], computing);
        engine.killed(computing);
        kill(pid);
        await computing;
        equal('its tree', digests(out)['tree.json'], null);
        succeeded(await engine.compute(out, sparse.parts));
        return same(out, sparse);
      },
    }),
  };
  try {
    for (const [title, check] of Object.entries(cases))
      await trial(`${name}, ${title}`, () => check(join(home, title.replace(/,.*/, ''))));
  } finally {
    await engine.close();
  }
}

/** The README's lines without an engine, as they stand there. */
async function testReadme({ parts, whole, expected }) {
  const home = join(folder, 'readme');
  mkdirSync(home);
  const { env } = commandIn(home);
  for (const [i, part] of parts.entries()) copyFileSync(part, join(home, `part-${i + 1}.csv`));
  const readme = readFileSync(new URL('../../examples/engines/README.md', import.meta.url), 'utf8');
  const lines = readme.split('```').find((block) => block.startsWith('sh\n') && block.includes('xargs'));
  await trial('xargs -P, as the README has it', async () => {
    succeeded(await run('sh', ['-e', '-c', lines.slice('sh\n'.length)], { cwd: home, env }));
    return same(home, { parts: [], whole, expected });
  });
}

/** The process that counts a part, stopped in the middle. */
async function caught(command, part, computing) {
  const early = computing.then(({ code, stderr }) => {
    throw new Error(`ended with ${code} before it could be caught: ${stderr}`);
  });
  return Promise.race([command.stopped(part), early]);
}

/** What there is in a folder of results, which must be what one process makes of the parts, and nothing half-written. */
function same(out, { expected }) {
  const found = digests(out);
  equal('the results', told(found), told(expected));
  equal('files left behind', strays(out).join(), '');
  return told(found);
}

function told(found) {
  return RESULTS.map((name) => `${name} ${found[name] ?? 'missing'}`).join(', ');
}

function succeeded({ code, stdout, stderr }) {
  if (code !== 0) throw new Error(`ended with ${code}: ${stdout}${stderr}`);
}

function equal(what, found, wanted) {
  if (found !== wanted) throw new Error(`${what}: expected ${wanted}, got ${found}`);
}

async function trial(title, check) {
  const begun = Date.now();
  try {
    const good = await check();
    tell(title, undefined, `${good}, ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  } catch (error) {
    tell(title, error.message);
  }
}

function tell(title, fault, good) {
  console.log(fault ? `✘ ${title}: ${fault}` : `✓ ${title}: ${good}`);
  if (fault) failed++;
  else passed++;
}
