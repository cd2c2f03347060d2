import { DenseNet, type Engine, type FeedforwardNet } from 'espalier';
import { FEW_COLUMNS } from '#dist/data/tabular.js';
import type { Method } from '#dist/models/method.js';
import { methodNamed } from '#dist/models/registry.js';
import { optionsFor, type Settings } from '../support/settings.js';
import { type Contender, type Outcome, outcomeOf } from './contender.js';
import { permutedColumns } from './permuted.js';
import { pruned } from './pruned.js';
import { treeContenders } from './trees.js';

/** Hidden layers of the dense nets. */
const WIDTHS: readonly (readonly number[])[] = [[6], [12], [25], [50], [100], [200], [500, 200]];
/** Weight decay of logistic regression, the best on the validation rows, and its training, long enough for it. */
const DECAYS = [0, 1e-5, 1e-4, 1e-3];
const LONG = { learningRate: 0.02, epochs: 50 };

/** Nets by default, but for these settings, and what they are held against. */
export function contenders(engine: Engine, settings: Settings): Contender[] {
  const grown = (name: string, method: Method, own: object = {}): Contender[] => {
    const run =
      (shuffled: boolean): Contender['run'] =>
      async (parts, seed) => {
        const began = performance.now();
        const { learn, fit } = optionsFor(method, parts.train, settings);
        const from = shuffled ? permutedColumns(parts.train, seed) : parts.train;
        const net = (await method.learn(from, { seed, ...own, ...learn }, { engine })) as FeedforwardNet;
        return outcomeOf(net, parts, began, fit, { explained: true });
      };
    return [
      { name, family: 'learned', run: run(false) },
      {
        name: `${name} permuted`,
        family: 'permuted',
        // A net learns the scale of columns with its structure: exchanged, those of a table would have one another's.
        suits: ({ train }) => train.columns >= FEW_COLUMNS,
        run: run(true),
      },
    ];
  };
  const dense = methodNamed('dense');
  const wide = (hidden: readonly number[]): Contender => ({
    name: `dense ${hidden.join('-')}`,
    family: 'dense',
    async run(parts, seed) {
      const began = performance.now();
      const { learn, fit } = optionsFor(dense, parts.train, settings);
      const net = await DenseNet.create(parts.train, { seed, ...learn, hidden: [...hidden], engine });
      return outcomeOf(net, parts, began, fit);
    },
  });
  return [
    ...grown('trf', methodNamed('trf')),
    ...grown('tse', methodNamed('tse')),
    ...grown('backbone', methodNamed('tse'), { skipPaths: false }),
    ...WIDTHS.map(wide),
    { name: 'pruned', family: 'pruned', run: (parts, seed) => pruned(engine, settings, parts, seed) },
    { name: 'logistic', family: 'linear', run: (parts, seed) => logistic(engine, settings, parts, seed) },
    ...treeContenders(),
  ];
}

/** A net without hidden layers, whose weight decay the validation rows choose. */
async function logistic(engine: Engine, settings: Settings, parts: Parameters<Contender['run']>[0], seed: number) {
  const { learn, fit } = optionsFor(methodNamed('dense'), parts.train, settings);
  const began = performance.now();
  let best: Outcome | undefined;
  for (const weightDecay of DECAYS) {
    const net = await DenseNet.create(parts.train, { seed, inputDropout: 0, ...learn, hidden: [], engine });
    const found = await outcomeOf(net, parts, performance.now(), {
      ...LONG,
      ...fit,
      optimizer: { kind: 'adam', weightDecay },
    });
    if (!best || found.validation > best.validation) best = found;
  }
  return { ...best!, seconds: (performance.now() - began) / 1000 };
}
