// In a page without a bundler: what threads come to there. Posted to the server, for browsers that nobody drives.

import { trainingDigest } from '/build/test/support/digest.js';
import { forkAll } from '/build/test/support/fork-all.js';
import { allAtWork } from '/build/test/support/team.js';
import * as espalier from '/dist/index.js';
import { createEngine, defaultEngine, Engine, setDefaultEngine } from '/dist/runtime/engine.js';
import { Pace } from '/dist/runtime/pace.js';
import { countTurns } from './turns-page.mjs';

/** By number of threads: the digests where every fork is run by all threads, and what works. */
async function digestsAt(counts) {
  const found = {};
  const restore = forkAll(Engine);
  for (const threads of counts) {
    setDefaultEngine(await createEngine({ threads }));
    const engine = await defaultEngine();
    const { working } = engine;
    if (working.threads > 1) await allAtWork(engine);
    found[threads] = { digests: await trainingDigest(espalier), working: engine.working };
    engine.dispose();
  }
  restore();
  return found;
}

/** Median time of an empty fork and join of two threads, µs: with threads that still look for work, and with threads that sleep. */
async function forkCost() {
  const engine = await espalier.createEngine({ threads: 2 });
  if (engine.working.threads < 2) return undefined;
  await allAtWork(engine);
  const times = { spinning: [], sleeping: [] };
  const timed = (into, count) => {
    const began = performance.now();
    for (let i = 0; i < count; i++) {
      const fork = engine.fork(1e9);
      for (let item = 0; item < 2; item++) {
        fork.kernels.relu(engine.scratch, 0);
        fork.next();
      }
      fork.join();
    }
    into.push((1000 * (performance.now() - began)) / count);
  };
  for (let i = 0; i < 100; i++) {
    timed([], 10);
    timed(times.spinning, 50);
    await new Promise((resolve) => setTimeout(resolve, 3));
    timed(times.sleeping, 1);
  }
  engine.dispose();
  const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
  return { spinning: median(times.spinning), sleeping: median(times.sleeping) };
}

/** A yield as long calls yield. */
async function turn() {
  await new Pace().turn();
}

export async function threadsHere(counts) {
  const isolated = globalThis.crossOriginIsolated;
  const engine = await espalier.createEngine();
  const { working } = engine;
  engine.dispose();
  return {
    isolated,
    cores: navigator.hardwareConcurrency,
    working,
    found: await digestsAt(counts),
    fork: await forkCost(),
    turns: await countTurns(40, turn),
  };
}

/** The same, told to the server. */
export async function post(counts) {
  const faults = [];
  addEventListener('error', ({ message }) => faults.push(message));
  addEventListener('unhandledrejection', ({ reason }) => faults.push(String(reason)));
  const told = await threadsHere(counts).catch((error) => ({ failed: String(error.stack ?? error) }));
  await fetch('/report', { method: 'POST', body: JSON.stringify({ ...told, faults }) });
}
