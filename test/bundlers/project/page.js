// A page that trains itself, in a worker of its own, in that of espalier/worker and on two threads, and shows what came of it.
import { learn, learnOnThreads } from './learn.js';
import { started } from './started.js';

function inWorker() {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => (data.error ? reject(new Error(`in the worker: ${data.error}`)) : resolve(data));
    worker.onerror = ({ message }) => reject(new Error(`the worker failed: ${message ?? 'not loaded'}`));
  });
}

/** Where it cannot start: why. */
async function inCreated() {
  let worker;
  try {
    worker = await started();
  } catch (error) {
    return { failed: error.message };
  }
  const { digest } = await learn(worker);
  worker.terminate();
  return { digest, working: worker.working };
}

async function all() {
  const { digest } = await learn();
  return { digest, worker: (await inWorker()).digest, created: await inCreated(), threads: await learnOnThreads() };
}

const result = document.querySelector('#result');
const show = (state, text) => {
  result.textContent = text;
  result.dataset.state = state;
};
all().then(
  (told) => show('done', JSON.stringify(told)),
  (error) => show('failed', String(error.stack ?? error)),
);
