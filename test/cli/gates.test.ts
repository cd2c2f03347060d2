import { Dataset, gateReport } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { countGates } from '#dist/cli/commands/gates.js';
import { refused, Scratch, succeeds } from '../support/cli.js';
import { sparseText } from '../support/cli-data.js';
import { randomGates, residualLayout } from '../support/gates.js';

const scratch = new Scratch();
test.after(() => scratch.remove());
const words = scratch.file('train.txt', sparseText(60, 1));
const model = scratch.path('words.safetensors');

test.before(async () => {
  await succeeds(['train', '--data', words, '--method', 'dense', '--hidden', '2', '--epochs', '1', '--out', model]);
});

test('only a net with gates has some', async () => {
  await refused(
    ['gates', model, words],
    /words\.safetensors: expected a net that has gates, got one of method 'dense'/,
  );
});

test('usage', async () => {
  await refused(['gates', model], /missing required argument 'data'/);
  await refused(['gates', words, words], /train\.txt: /);
  await refused(['gates', scratch.path('none'), words], /none: no such file/);
  await refused(['gates', model, words, '--top', '-1'], /--top.*Expected an integer from 0/);
  await refused(['gates', model, words, '--batch-size', '0'], /--batch-size.*Expected an integer from 1/);
  await refused(['gates', model, words, '--svg', scratch.path('no/such.svg')], /--svg .*no: no such file or directory/);
  await refused(['gates', model, words, '--csv', scratch.folder], /--csv .*is a directory/);
  assert.match(await succeeds(['gates', '--help']), /heat map/);
});

test('counted a part of the rows at a time: the report on all of them, and the mean cost', async () => {
  const { layout, gates, labels, classes, rows, width } = randomGates(3, residualLayout([3, 5], 2), 2500, 4);
  // A row's only feature is its number, by which this net knows its gates.
  const data = Dataset.dense(
    Array.from({ length: rows }, (_, r) => [r]),
    { labels, classes },
  );
  const net: Parameters<typeof countGates>[0] = {
    gateLayout: layout,
    multiplyAdds: { dense: 1000, gater: 70 },
    costOf: (open) => open.reduce((sum, gate, g) => sum + gate * (g + 1), 0),
    async *gateBatches({ features, rows }, options) {
      if (features.kind !== 'dense') throw new Error('expected dense rows');
      assert.is(options?.batchSize, 64);
      for (let first = 0; first < rows; first += 64) {
        const numbers = features.values.subarray(first, Math.min(rows, first + 64));
        const own = [...numbers].flatMap((row) => [...gates.subarray(row * width, (row + 1) * width)]);
        yield { first, gates: Float32Array.from(own) };
      }
    },
  };
  const { signal } = new AbortController();
  const { report, cost } = await countGates(net, data, { classes: true, batchSize: 64, signal });
  assert.equal(report, gateReport(gates, layout, { values: labels, classes }));
  let sum = 0;
  for (let i = 0; i < gates.length; i++) sum += gates[i]! * ((i % width) + 1);
  assert.equal(cost, { dense: 1000, gater: 70, gated: sum / rows });
  const unlabelled = await countGates(net, data, { classes: false, batchSize: 64, signal });
  assert.equal(unlabelled.report, gateReport(gates, layout));
});

test.run();
