// npm run bench:tox21 -- [--seeds 0,1,2] [--epochs 50] [--pretrain 10] [--nets trf,tse,backbone,dense] [--shapes 200/500-200] [--set key=value]... [--sweep key=a/b/c]
// [--coherence] [--paper] [--rows N] [--threads N] [--json]: Tox21, mean area under the ROC curve over twelve tasks. Options as in agnews.ts.
import { runExperiment, sharedLines } from './support/experiment.js';

await runExperiment({
  name: 'Tox21',
  folder: 'tox21',
  text: () => ({ columns: 2048, taskNames: sharedLines('tox21/tasks.txt') }),
  metric: 'meanAuc',
  shapes: [[200], [500, 200], [1000, 500, 250]],
});
