// Lets go of engines and waits until their threads have ended: run with --expose-gc by team.test.ts.
import type { Worker } from 'node:worker_threads';
import { createEngine } from '#dist/runtime/engine.js';
import { allAtWork } from './team.js';

let started = 0;
let ended = 0;
process.on('worker', (worker: Worker) => {
  started++;
  worker.on('exit', () => ended++);
});

await use();
const began = Date.now();
while (ended < 2 && Date.now() - began < 30_000) {
  globalThis.gc!();
  await new Promise((resolve) => setTimeout(resolve, 5));
}
console.log(`ended ${ended}, ${started}`);

async function use(): Promise<void> {
  const engine = await createEngine({ threads: 3 });
  await allAtWork(engine);
}
