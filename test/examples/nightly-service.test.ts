// The service as it runs: trained, asked meanwhile, trained on worse and on broken files, stopped.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { loadNet, readSafetensors } from 'espalier';
import { readRecords } from 'espalier/read';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { csvText } from '../support/cli-data.js';
import { exampleCopy } from '../support/example.js';

const test = suite('examples/nightly-service');
const folder = exampleCopy('nightly-service');
const model = join(folder, 'models', 'net.safetensors');
const write = (name: string, text: string) => writeFileSync(join(folder, 'data', name), text);
const { isHeldOut } = await import(pathToFileURL(join(folder, 'rows.mjs')).href);
const [header, ...rows] = csvText(5000, 1).trimEnd().split('\n') as [string, ...string[]];

// biome-ignore lint/suspicious/noExplicitAny: JSON of answers
type Json = any;

class Service {
  readonly lines: string[] = [];
  readonly ended: Promise<unknown[]>;
  private url = '';

  private constructor(private readonly child: ChildProcess) {
    this.ended = once(child, 'exit');
    child.stderr!.setEncoding('utf8').on('data', (text) => this.lines.push(text));
  }

  static async start(...args: string[]): Promise<Service> {
    const env = { ...process.env, MODEL: model, PORT: '0', HOUR: String((new Date().getHours() + 12) % 24) };
    const service = new Service(spawn(process.execPath, ['service.mjs', ...args], { cwd: folder, env }));
    const lines = createInterface({ input: service.child.stdout! });
    const listening = new Promise<string>((resolve) => lines.once('line', resolve));
    lines.on('line', (line) => service.lines.push(line));
    const first = await Promise.race([listening, service.ended]);
    if (typeof first !== 'string') throw new Error(`it did not start:\n${service.lines.join('\n')}`);
    service.url = `http://127.0.0.1:${JSON.parse(first).listening.port}`;
    return service;
  }

  async ask(path: string, body?: unknown): Promise<{ status: number; json: Json }> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(this.url + path, body === undefined ? {} : { method: 'POST', body: text });
    return { status: response.status, json: await response.json() };
  }

  /** Asks until the training is over; all answers. */
  async watch(): Promise<{ status: number; json: Json }[]> {
    const answers = [await this.ask('/health')];
    while (!answers.at(-1)!.json.last) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      answers.push(await this.ask('/health'));
    }
    return answers;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    assert.equal(await this.ended, [0, null], this.lines.join('\n'));
  }
}

test.before(() => mkdirSync(join(folder, 'data')));

test('trains in the worker while it answers, then serves what it has trained', async () => {
  write('2026-01.csv', `${[header, ...rows.slice(0, 3000)].join('\n')}\n`);
  write('2026-02.csv', `${[header, ...rows.slice(3000)].join('\r\n')}\r\n`);
  write('notes.txt', 'no table');
  const service = await Service.start('--now');
  const none = await service.ask('/predict', [{ size: 1 }]);
  assert.equal([none.status, none.json], [503, { error: 'no model yet' }]);
  const answers = await service.watch();
  const during = answers.filter(({ json }) => json.training);
  assert.ok(during.every(({ status, json }) => status === 503 && json.served === null));
  const epochs = new Set(during.map(({ json }) => json.training.epoch).filter(Boolean));
  assert.ok(epochs.size > 2, `answered in ${epochs.size} epochs`);
  const { status, json } = answers.at(-1)!;
  assert.is(status, 200);
  assert.is(json.last.error, undefined, json.last.error);
  assert.is(json.last.replaced, true);
  const { rows: learned, heldOut, accuracy, since } = json.served;
  assert.equal([learned + heldOut, heldOut], [5000, rows.filter(isHeldOut).length]);
  assert.ok(accuracy > 0.9, `accuracy ${accuracy}`);
  assert.ok(Date.parse(since) <= Date.now() && Date.parse(json.next) > Date.now());

  const records = [
    { size: 3.1, weight: 6.4, colour: 'red' },
    { size: 3.5, weight: 7.1, colour: 'blue', kind: 'grape' },
  ];
  const { json: answered } = await service.ask('/predict', records);
  const bytes = readFileSync(model);
  const schema = JSON.parse(readSafetensors(bytes).metadata['espalier.csv']!);
  const net = await loadNet(bytes);
  const { outputs } = await net.predict(readRecords(records, schema, { targets: 'ignore' }));
  assert.equal(
    answered.predictions.map((one: Json) => one.class),
    ['apple', 'melon'],
  );
  assert.equal(
    answered.predictions.flatMap((one: Json) => schema.target.names.map((name: string) => one.probabilities[name])),
    Array.from(outputs),
  );
  assert.equal(readdirSync(join(folder, 'models')), ['net.safetensors']);
  await service.stop();
});

test('what is asked wrongly is answered with what is wrong', async () => {
  const service = await Service.start();
  const cases: [string, unknown, number, RegExp][] = [
    ['/predict', '[{', 400, /^expected JSON: /],
    ['/predict', {}, 400, /^records: expected an array/],
    ['/predict', [], 400, /^records: expected at least one row/],
    ['/predict', [7], 400, /records\[0\]/],
    ['/predict', [{ size: 1, colour: 'red' }], 400, /weight/],
    [
      '/predict',
      [{ size: 'x', weight: 1, colour: 'mauve' }],
      400,
      /column "size": expected a number, got "x".*got "mauve"/,
    ],
    ['/predict', `[${' '.repeat(1_000_000)}]`, 413, /at most 1000000 bytes, got 1000002/],
    ['/predict', undefined, 405, /takes POST/],
    ['/health', {}, 405, /takes GET/],
    ['/', undefined, 404, /no \/; there are \/health, \/predict/],
  ];
  for (const [path, body, status, error] of cases) {
    const answer = await service.ask(path, body);
    assert.is(answer.status, status, JSON.stringify(answer.json));
    assert.match(answer.json.error, error);
  }
  assert.is((await service.ask('/health')).status, 200);
  await service.stop();
});

test('a net that is worse does not take the place of the old one; one that is not, does', async () => {
  const before = readFileSync(model);
  const sound = rows.slice(0, 2000);
  const turned = sound
    .filter((row) => !isHeldOut(row))
    .map((row) => row.replace(/\w+$/, (kind) => (kind === 'apple' ? 'grape' : 'apple')))
    .filter((row) => !isHeldOut(row));
  rmSync(join(folder, 'data', '2026-02.csv'));
  write('2026-01.csv', [header, ...turned, ...sound.filter(isHeldOut)].join('\n'));
  const service = await Service.start('--now');
  const record = { size: 3.1, weight: 6.4, colour: 'red' };
  assert.is((await service.ask('/predict', [record])).json.predictions[0].class, 'apple');
  const answers = await service.watch();
  assert.ok(answers.every(({ status }) => status === 200));
  const { last } = answers.at(-1)!.json;
  assert.is(last.replaced, false, JSON.stringify(last));
  assert.ok(last.accuracy < last.oldAccuracy);
  assert.equal(readFileSync(model), before);
  await service.stop();

  write('2026-01.csv', [header, ...rows].join('\n'));
  const again = await Service.start('--now');
  const renewed = (await again.watch()).at(-1)!.json;
  assert.is(renewed.last.replaced, true, JSON.stringify(renewed.last));
  assert.is(renewed.last.accuracy, renewed.last.oldAccuracy);
  await again.stop();
});

test('a night that fails is told, and the old net serves on', async () => {
  for (const [name, text, error] of [
    ['b.csv', 'size,kind\n1,apple\n', /^b\.csv: its header is not that of 2026-01\.csv/],
    ['b.csv', `${header}\n1,2,red\n`, /row|line|cells/],
    ['b.csv', `${header}\n1,2,"red,apple\n`, /a quote is opened and not closed/],
  ] as const) {
    write(name, text);
    const service = await Service.start('--now');
    const { status, json } = (await service.watch()).at(-1)!;
    assert.is(status, 200);
    assert.match(json.last.error, error);
    assert.is((await service.ask('/predict', [{ size: 1, weight: 2, colour: 'red' }])).status, 200);
    await service.stop();
    rmSync(join(folder, 'data', name));
  }
});

test('stopped while it trains it ends, and the model file is whole', async () => {
  const service = await Service.start('--now');
  while (!(await service.ask('/health')).json.training?.epoch);
  await service.stop();
  assert.ok((await loadNet(readFileSync(model))).weights > 0);
});

test('the next night is at that hour, on the next day if it has passed', async () => {
  const { nextRun } = await import(pathToFileURL(join(folder, 'schedule.mjs')).href);
  assert.equal(nextRun(3, new Date(2026, 4, 31, 1, 30)), new Date(2026, 4, 31, 3));
  assert.equal(nextRun(3, new Date(2026, 4, 31, 3, 0)), new Date(2026, 5, 1, 3));
  for (const hour of [-1, 24, 2.5, Number.NaN]) assert.throws(() => nextRun(hour), /HOUR: expected 0 to 23/);
});

test.run();
