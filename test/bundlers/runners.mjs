// Test runners, which load modules in ways of their own.
import { expected } from './support/expected.mjs';

async function writeTest(project, imports = '') {
  const { digest, threads } = await expected();
  project.write(
    'learn.test.js',
    `${imports}import { createWorker } from 'espalier/worker';
import { learn, learnOnThreads } from './learn.js';

test('learns what Node learns', async () => {
  expect((await learn()).digest).toBe('${digest}');
}, 60_000);

test('on threads', async () => {
  expect((await learnOnThreads()).digest).toBe('${threads.digest}');
}, 60_000);

test('memory of this realm is handed over to a worker', async () => {
  const worker = await createWorker({ threads: 1 });
  const values = new Float32Array(8);
  const data = await worker.Dataset.dense(values, { columns: 2 });
  expect([data.rows, values.length]).toEqual([4, 0]);
  worker.terminate();
});

test('in a worker', async () => {
  const worker = await createWorker();
  expect((await learn(worker)).digest).toBe('${digest}');
  worker.terminate();
}, 60_000);
`,
  );
}

const JEST = 'jest/bin/jest.js';

function configureJest(project, settings) {
  project.write('jest.config.js', `export default ${JSON.stringify(settings)};`);
}

async function runsVitest(project, settings) {
  await writeTest(project, "import { expect, test } from 'vitest';\n");
  project.add('vitest', 'vite');
  project.write('vitest.config.js', `export default { test: ${JSON.stringify(settings)} };`);
  await project.run('vitest/vitest.mjs', ['run']);
}

export default {
  'Jest, with modules': async (project) => {
    await writeTest(project);
    configureJest(project, { transform: {} });
    await project.run(JEST, [], { env: { NODE_OPTIONS: '--experimental-vm-modules' } });
  },

  'Jest, as it comes: it asks for modules': async (project) => {
    await writeTest(project);
    configureJest(project, {});
    const said = await project.run(JEST).catch(({ message }) => message);
    if (!/Must use import to load ES Module/.test(said)) throw new Error(said);
  },

  'Vitest, as it comes': (project) => runsVitest(project, {}),

  'Vitest, in threads': (project) => runsVitest(project, { pool: 'threads' }),
};
