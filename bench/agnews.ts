// npm run bench:agnews -- [--seeds 0,1,2] [--epochs 50] [--pretrain 10] [--nets trf,tse,backbone,dense] [--shapes 200/500-200] [--set key=value]... [--sweep key=a/b/c]
// [--coherence] [--paper] [--rows N] [--threads N] [--json]: AG News with default options; --paper takes the papers'
// settings; of dense nets the best shape is chosen on the validation rows; --coherence adds the NPMI of the units; --json prints
// a line a run.
import { runExperiment } from './support/experiment.js';

await runExperiment({
  name: 'AG News',
  folder: 'agnews',
  text: () => ({ columns: 10000, classes: 4 }),
  metric: 'accuracy',
  // The last has the widths of the TRF-net that is grown from these rows.
  shapes: [[200], [500, 200], [1982, 523, 298]],
});
