import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Scratch, succeeds } from '../support/cli.js';
import { csvText, idxBytes, sparseText } from '../support/cli-data.js';
import { stripes } from '../support/gated-images.js';

/** A command that writes. */
export interface Scenario {
  readonly name: string;
  /** The command line, its outputs in a folder. */
  readonly args: (folder: string) => string[];
  /** Names of the files it writes there. */
  readonly outputs: readonly string[];
  /** Name of its checkpoint, which --resume goes on from. */
  readonly checkpoint?: string;
  /** Makes what it reads. */
  readonly prepare?: () => Promise<unknown>;
}

const CHECKPOINT = 'run.ckpt';

/** Every command that writes, train with each method, on small data. */
export function scenarios(scratch: Scratch): Scenario[] {
  const words = scratch.file('words.txt', sparseText(400, 1));
  const fruit = scratch.file('fruit.csv', csvText(400, 1));
  const made = stripes(1, 40);
  const images = scratch.file('stripes-images-idx3-ubyte', idxBytes([40, 8, 8], made.pixels));
  scratch.file('stripes-labels-idx1-ubyte', idxBytes([40], Uint8Array.from(made.labels)));
  const gated = ['--method', 'gaternet', '--backbone', 'resnet-8', '--width', '4', '--gater', 'resnet-8'];
  const quick = [...gated, '--gater-width', '4', '--batch-size', '16'];
  const trained = (method: string, ...options: string[]): Scenario => ({
    name: `train ${method}`,
    args: (folder) => [
      ...['train', ...options, '--seed', '7'],
      ...['--checkpoint', join(folder, CHECKPOINT), '--out', join(folder, 'net')],
    ],
    outputs: ['net'],
    checkpoint: CHECKPOINT,
  });
  const [model, gater] = [scratch.path('model'), scratch.path('gater')];
  const modelled = () =>
    succeeds(['train', '--method', 'dense', fruit, '--hidden', '8', '--epochs', '1', '--out', model]);
  const gatered = () => succeeds(['train', images, ...quick, '--epochs', '1', '--out', gater]);
  return [
    trained('trf', words, '--layers', '2:2:4,2:2:4', '--pretrain-epochs', '3', '--epochs', '6', '--batch-size', '32'),
    trained('tse', words, '--method', 'tse', '--max-top', '2', '--epochs', '6', '--batch-size', '32'),
    trained('dense', fruit, '--method', 'dense', '--hidden', '256,128', '--epochs', '6'),
    trained('gaternet', images, ...quick, '--epochs', '5'),
    {
      name: 'tree',
      args: (folder) => ['tree', words, '--out', join(folder, 'tree')],
      outputs: ['tree.json', 'tree.dot', 'tree.svg'],
    },
    {
      name: 'latent-tree',
      args: (folder) => ['latent-tree', words, '--out', `${folder}/`, '--assign', join(folder, 'rows.csv')],
      outputs: [...['json', 'dot', 'svg', 'html'].map((ending) => `latent-tree.${ending}`), 'rows.csv'],
    },
    {
      name: 'predict',
      args: (folder) => ['predict', model, fruit, '--out', join(folder, 'answers.csv')],
      outputs: ['answers.csv'],
      prepare: modelled,
    },
    {
      name: 'gates',
      args: (folder) => ['gates', gater, images, '--svg', join(folder, 'g.svg'), '--csv', join(folder, 'g.csv')],
      outputs: ['g.svg', 'g.csv'],
      prepare: gatered,
    },
    { name: 'evaluate', args: () => ['evaluate', model, fruit], outputs: [], prepare: modelled },
    { name: 'explain', args: () => ['explain', model, fruit, '--json'], outputs: [], prepare: modelled },
  ];
}

/** A new folder of this scratch. */
export function newFolder(scratch: Scratch): string {
  const folder = scratch.path(`run-${counter++}`);
  mkdirSync(folder);
  return folder;
}

let counter = 0;
