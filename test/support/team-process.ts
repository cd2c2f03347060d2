// A process that comes to its end while the threads of its engine are in some state: team.test.ts waits for its exit.
import { createEngine } from '#dist/runtime/engine.js';
import { allAtWork, whoRan } from './team.js';

const [, , state] = process.argv;

process.on('unhandledRejection', (error) => console.log('unhandled', error));
process.exitCode = 7;
const engine = await createEngine({ threads: 3 });
if (state === 'starting') whoRan(engine);
else {
  await allAtWork(engine);
  if (state === 'idle') await new Promise((resolve) => setTimeout(resolve, 200));
  if (state === 'disposed') engine.dispose();
  if (state === 'spinning') whoRan(engine);
  if (state === 'busy') {
    // Left by the first thread in the middle: the others are at items of seconds when the process ends.
    const { kernels } = engine;
    const at = engine.arena.allocate(64 * 1_000_000);
    const fork = engine.fork(1e9);
    for (let item = 0; item < 3; item++) {
      if (item > 0) for (let i = 0; i < 20; i++) fork.kernels.random_normal(at, 1_000_000, fork.own, item, 1, 2, 3);
      else fork.kernels.relu(at, 4);
      fork.next();
    }
    const began = performance.now();
    const now = performance.now.bind(performance);
    // The wait for the others is cut short by a clock that fails.
    performance.now = () => {
      if (now() - began > 50) throw new Error('enough');
      return now();
    };
    try {
      fork.join();
    } catch {}
    performance.now = now;
    kernels.relu(at, 4);
  }
}
console.log('done');
