// npm run bench:threads -- [--part fork|product|trf|step|inference|tse|tree|zipf] [--threads 2] [--rounds N]: what threads bring beside what as many independent
// processes of the same work do on this machine at the time, in turns; results must be the same. --part fork: what opening and joining a fork costs.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createEngine } from 'espalier';
import { median, quantile } from '#dist/cli/bench/statistics.js';
import { formatTable, printHeader } from './support/report.js';
import { type Outcome, WORK } from './support/thread-work.js';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      part: { type: 'string', multiple: true },
      threads: { type: 'string', default: '2' },
      rounds: { type: 'string' },
    },
  });
  const threads = Number(values.threads);
  if (!Number.isInteger(threads) || threads < 2)
    throw new RangeError(`--threads: expected an integer from 2, got ${values.threads}`);
  const parts = values.part ?? ['fork', ...Object.keys(WORK)];
  const unknown = parts.find((part) => part !== 'fork' && !Object.hasOwn(WORK, part));
  if (unknown !== undefined)
    throw new RangeError(`--part: expected fork or one of ${Object.keys(WORK).join(', ')}, got ${unknown}`);
  printHeader(`Threads: ${threads} beside ${threads} processes`);
  if (parts.includes('fork')) await forkCost(threads);
  const table: string[][] = [];
  for (const part of parts.filter((name) => name !== 'fork')) table.push(await compare(part, threads, values.rounds));
  if (table.length === 0) return;
  console.log(
    formatTable(
      ['', 'one thread, ms', `${threads} threads, ms`, 'threads', 'processes', 'of processes', 'quartiles'],
      table,
    ),
  );
  console.log(
    `\nthreads: times as much work a second as one thread; processes: as ${threads} independent ones of one thread each do. Medians over rounds in turns; equal results.`,
  );
}

/** Rounds in turns: one process alone, as many as threads at once, and one with threads. */
async function compare(part: string, threads: number, given: string | undefined): Promise<string[]> {
  const { what, rounds } = WORK[part]!;
  const ones = Array.from({ length: threads }, () => new Server(part, 1));
  const many = new Server(part, threads);
  const all = [...ones, many];
  try {
    for (const server of all) await server.ready();
    const results = [];
    // Engines compile while they warm up, threads start.
    for (let i = 0; i < 2; i++) for (const server of all) results.push((await server.run()).result);
    if (new Set(results).size !== 1) throw new Error(`${part}: results differ: ${results.join(', ')}`);
    const [alone, together, threaded]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < Number(given ?? rounds); round++) {
      alone.push((await ones[0]!.run()).ms);
      const at = await Promise.all(ones.map((server) => server.run()));
      together.push(at.reduce((sum, { ms }) => sum + ms, 0) / threads);
      threaded.push((await many.run()).ms);
    }
    const speed = alone.map((ms, r) => ms / threaded[r]!);
    const share = threaded.map((ms, r) => together[r]! / threads / ms);
    return [
      what,
      median(alone).toFixed(1),
      median(threaded).toFixed(1),
      median(speed).toFixed(2),
      median(alone.map((ms, r) => (threads * ms) / together[r]!)).toFixed(2),
      median(share).toFixed(3),
      `${quantile(share, 0.25).toFixed(3)} to ${quantile(share, 0.75).toFixed(3)}`,
    ];
  } finally {
    for (const server of all) server.end();
  }
}

/** A process that does one part with so many threads, when told. */
class Server {
  private readonly child;
  private readonly ended: Promise<never>;

  constructor(part: string, threads: number) {
    const env = { ...process.env, ESPALIER_BENCH_WORK: JSON.stringify({ part, threads }) };
    this.child = fork(fileURLToPath(import.meta.url), { env });
    this.ended = new Promise((_, reject) => {
      this.child.once('exit', (code) => reject(new Error(`${part}: a process ended with ${code}`)));
    });
    this.ended.catch(() => {});
  }

  async ready(): Promise<void> {
    await this.answer();
  }

  async run(): Promise<Outcome> {
    this.child.send('run');
    return this.answer();
  }

  end(): void {
    this.child.kill();
  }

  private answer(): Promise<Outcome> {
    const message = new Promise<Outcome>((resolve) => {
      this.child.once('message', (told) => resolve(told as Outcome));
    });
    return Promise.race([message, this.ended]);
  }
}

async function serve({ part, threads }: { part: string; threads: number }): Promise<void> {
  const engine = await createEngine({ threads });
  const run = await WORK[part]!.setUp(engine);
  process.on('message', async () => {
    try {
      process.send!(await run());
    } catch (error) {
      console.error(error);
      process.exit(1);
    }
  });
  process.send!({ ms: 0, result: 0 });
}

/** An empty fork of as many items as threads, one after another and after a rest; and what is never forked. */
async function forkCost(threads: number): Promise<void> {
  const engine = await createEngine({ threads });
  const one = () => {
    const fork = engine.fork(Number.MAX_SAFE_INTEGER);
    for (let i = 0; i < threads; i++) {
      fork.kernels.relu(engine.scratch, 0);
      fork.next();
    }
    fork.join();
  };
  for (let i = 0; i < 20_000; i++) one();
  const busy: number[] = [];
  for (let round = 0; round < 21; round++) {
    const began = performance.now();
    for (let i = 0; i < 2000; i++) one();
    busy.push((performance.now() - began) / 2);
  }
  const rested: number[] = [];
  for (let round = 0; round < 101; round++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const began = performance.now();
    one();
    rested.push(1000 * (performance.now() - began));
  }
  const row = (name: string, us: number[]) => [name, ...[0.5, 0.25, 0.75].map((q) => quantile(us, q).toFixed(1))];
  console.log(
    formatTable(
      ['an empty fork', 'us', 'quartile', 'quartile'],
      [row('one after another', busy), row('after 5 ms of rest', rested)],
    ),
  );
  console.log();
}

const ROLE = process.env.ESPALIER_BENCH_WORK;
if (ROLE === undefined) await main();
else await serve(JSON.parse(ROLE));
