// npm run bench:torch -- [--rounds 15] [--narrow] [--relaxed] [--isa avx2]: a product, a convolution, training and inference of a ResNet-20 beside PyTorch (Debian's python3-torch), as in
// `npm run bench` and one thread each, with what PyTorch's time over ours should be at least. In wide registers where this runtime has them.
// --isa: the most that PyTorch's oneDNN may use; without, whatever the processor has, registers of 512 bits too, which no WebAssembly reaches.
import { parseArgs } from 'node:util';
import { installedIn } from '#dist/cli/bench/installed.js';
import { findPeers, KNOWN } from '#dist/cli/bench/known.js';
import { espalier, OURS } from '#dist/cli/bench/peers/espalier.js';
import { digits } from '#dist/cli/bench/spread.js';
import { EFFORT, measure, type Time } from '#dist/cli/bench/suite.js';
import { convolutions, inference, product, type Task, trainingStep } from '#dist/cli/bench/tasks.js';
import { formatTable, printHeader } from './support/report.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: String(EFFORT.rounds) },
    narrow: { type: 'boolean', default: false },
    relaxed: { type: 'boolean', default: false },
    isa: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1)
  throw new RangeError(`--rounds: expected an integer from 1, got ${values.rounds}`);
if (values.isa) process.env.DNNL_MAX_CPU_ISA = values.isa.toUpperCase();

/** What is done, in what unit how many of it a call does, and the least ratio wanted. */
const TASKS: readonly [task: Task, unit: string, amount: number, bar: number][] = [
  [product(512, 512, 512) as Task, 'GFLOP/s', 2e-9 * 512 ** 3, 0.8],
  [convolutions(32, 64, 64, 32)[0]!, 'GFLOP/s', 2e-9 * 32 * 64 * 64 * 9 * 32 ** 2, 2.5],
  [trainingStep(128) as Task, 'images/s', 128, 1.5],
  [inference(32) as Task, 'images/s', 32, 2.2],
];

printHeader('Beside PyTorch');
const ours = await espalier({
  threads: 1,
  wide: !values.narrow,
  precision: values.relaxed ? 'relaxed' : 'strict',
});
const { wide, precision, reasons } = ours.build;
console.log(`Espalier: ${precision}, ${wide ? 'wide registers' : `not wide (${reasons.join('; ')})`}`);
const { peers, absent } = await findPeers(
  installedIn('.'),
  KNOWN.filter(({ native }) => native === 'torch'),
);
const [torch] = peers;
console.log(torch ? `${torch.name}\n` : `${absent.join()} is not installed (apt-get install python3-torch)\n`);

const table: string[][] = [];
for (const [task, unit, amount, bar] of TASKS) {
  const { times, refused, name, shape, tolerance } = await measure(task, [ours, ...peers], {
    ...EFFORT,
    rounds,
    lane: 4000,
  });
  for (const { peer, why } of refused) throw new Error(`${peer}: ${why}`);
  const rate = (ms: number) => digits((1000 * amount) / ms);
  const cells = ({ ms, quartiles: [low, high] }: Time) => [rate(ms), `${rate(high)} to ${rate(low)}`];
  const [own, other] = [times.find(({ peer }) => peer === OURS)!, times.find(({ peer }) => peer !== OURS)];
  const ratio = other && other.ms / own.ms;
  const beside = other ? [...cells(other), digits(ratio!), `${bar} ${ratio! >= bar ? 'met' : 'missed'}`] : [];
  table.push([`${name}, ${shape}`, unit, ...cells(own), ...beside, `${tolerance}`]);
}
const header = [
  '',
  'unit',
  OURS,
  'quartiles',
  ...(torch ? [torch.name, 'quartiles', 'ratio', 'bar'] : []),
  'results within',
];
console.log(formatTable(header, table));
console.log(`Medians of ${rounds} rounds by turns; results within a share of the largest.`);
torch?.dispose?.();
