// The declarations, as projects see them that know more or less of the platform.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

/** Inside the repository, so that `espalier` is the package itself. */
const folder = fileURLToPath(new URL(`../types-${process.pid}/`, import.meta.url));
const TSC = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
test.before(() => {
  mkdirSync(folder, { recursive: true });
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

const PROGRAM = `
import { createEngine, Dataset, type DataStream, DenseNet, splitRows, type SplitOptions } from 'espalier';
import 'espalier/draw';
import { matmul, parseIdx, type TopicReport, topicsToHtml, DenseNet as Same } from 'espalier/espalier.min.js';
export const page: (report: TopicReport) => string = topicsToHtml;
export const same: typeof DenseNet = Same;
export const more = [matmul, parseIdx];
import { learnCsv } from 'espalier/read';
import { createWorker, type RemoteDataset, type RemoteNet } from 'espalier/worker';
const { data } = learnCsv('a,b\\n1,x', { target: 'b' });
const asked = await splitRows(data, { test: 0.2 });
export const [test, validation]: Dataset[] = [asked.test, asked.validation];
export const none: undefined = (await splitRows(data, { validation: 0 })).validation;
const plain = await splitRows(data);
export const byDefault: Dataset = plain.validation;
// @ts-expect-error: not asked for
export const missing: Dataset = plain.test;
const maybe = await splitRows(data, {} as SplitOptions);
// @ts-expect-error: nobody knows
export const unknown: Dataset = maybe.validation;
await createEngine({ wasm: new Uint8Array(8) });
export const net = await DenseNet.create(asked.train, {});
const stream: DataStream = await Dataset.stream([() => asked.train, async () => asked.test], { window: 8 });
export const sample: Dataset = await stream.sample(3);
await net.fit(stream, { validation: stream });
const worker = await createWorker({ threads: 2 });
const rows: RemoteDataset = await worker.Dataset.dense(new Float32Array(8), { columns: 2, labels: [0, 1, 0, 1] });
const parts = await worker.splitRows(rows, { test: 0.2, validation: 0.2 });
const remote: RemoteNet<DenseNet> = await worker.DenseNet.create(parts.train, { hidden: [2] });
export const held: RemoteDataset = parts.test;
const weights: number = remote.weights;
await remote.fit(parts.train, { epochs: weights, validation: rows, onEpoch: ({ loss }) => void loss.toFixed() });
export const classes: Int32Array | undefined = (await remote.predict(rows)).classes;
const edges: number = (await worker.chowLiuTree(rows)).edges.length;
export const local: DenseNet = await remote.local();
for await (const { text } of worker.readDocuments('a text')) text.trim().repeat(edges);
// @ts-expect-error: an engine stays on its side
await worker.chowLiuTree(rows, { engine: net.engine });
// @ts-expect-error: no such option
await remote.fit(rows, { epoch: 3 });
`;

for (const lib of [['es2022'], ['es2022', 'dom']]) {
  test(`a strict project with ${lib.join(' and ')} compiles`, () => {
    writeFileSync(join(folder, 'program.ts'), PROGRAM);
    const options = {
      lib,
      target: 'es2022',
      module: 'nodenext',
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
    };
    const project = { compilerOptions: { ...options, noEmit: true, types: ['node'] }, files: ['program.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
    const { stdout, status } = spawnSync(process.execPath, [TSC, '-p', folder], { encoding: 'utf8' });
    assert.is(stdout, '');
    assert.is(status, 0);
  });
}

test.run();
