// Runs in any runtime, process or page: what run.mjs asks of each.
import { trainingDigest } from '../../build/test/support/digest.js';
import { forkAll } from '../../build/test/support/fork-all.js';
import { allAtWork } from '../../build/test/support/team.js';
import * as espalier from '../../dist/index.js';
import { createEngine, Engine, setDefaultEngine } from '../../dist/runtime/engine.js';

/** What a task, `{ digests }` or `{ kernels }`, comes to. A runtime without relaxed kernels refuses them: `refused`. */
export async function answer(task, golden) {
  try {
    return { runtime: runtime(), ...(await (task.digests ? digests(task.digests, golden) : kernels(task.kernels))) };
  } catch (error) {
    if (/^precision: relaxed kernels need/.test(error.message)) return { runtime: runtime(), refused: error.message };
    throw error;
  }
}

/** By number of threads, each fork run by all of them: whether the digests are the committed ones; of relaxed kernels, those of the first number. */
async function digests({ threads, wide, relaxed }, golden) {
  let expected = relaxed ? undefined : JSON.stringify(golden);
  const found = {};
  const restore = forkAll(Engine);
  for (const count of threads) {
    const engine = await createEngine({ threads: count, wide, precision: relaxed ? 'relaxed' : 'strict' });
    setDefaultEngine(engine);
    if (engine.working.threads > 1) await allAtWork(engine);
    const digest = await trainingDigest(espalier);
    expected ??= JSON.stringify(digest);
    const differing = Object.keys(digest).filter((name) => digest[name] !== JSON.parse(expected)[name]);
    const same = JSON.stringify(digest) === expected;
    found[count] = { same, differing, working: engine.working, build: engine.build };
    engine.dispose();
  }
  restore();
  return { found };
}

/** The kernel tests of these files, by uvu's suites, on an engine of these options. */
async function kernels({ files, threads, wide }) {
  globalThis.kernelTestEngine = { threads, wide };
  globalThis.UVU_DEFER = 1;
  await import('uvu');
  const { engine } = await import('../../build/test/support/kernel-test.js');
  if (engine.working.threads > 1) await allAtWork(engine);
  const result = { passed: 0, faults: [], working: engine.working, build: engine.build };
  for (const [index, file] of files.entries()) {
    globalThis.UVU_INDEX = index + 1;
    const group = [];
    globalThis.UVU_QUEUE[index + 1] = group;
    await import(`../../build/test/${file}`);
    let ran = 0;
    for (const suite of group) {
      const [errors, passed, skipped, total] = await suite();
      ran += total;
      result.passed += passed;
      if (passed < total) result.faults.push(`${file}: ${errors === true ? 'a hook threw' : errors}`);
      if (skipped > 0) result.faults.push(`${file}: ${skipped} skipped`);
    }
    if (ran === 0) result.faults.push(`${file}: no test ran`);
  }
  engine.dispose();
  return result;
}

function runtime() {
  const { Bun, Deno, navigator, process } = globalThis;
  if (Deno) return `Deno ${Deno.version.deno}`;
  if (Bun) return `Bun ${Bun.version}`;
  return process ? `Node ${process.version} ${process.arch}` : navigator.userAgent;
}
