import { readFileSync } from 'node:fs';
import { createEngine, type OptimizerOptions, readSafetensors } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { plus } from '#dist/runtime/address.js';
import { Pace } from '#dist/runtime/pace.js';
import { close } from '../support/allclose.js';
import {
  type GoldenLayer,
  type GoldenPath,
  type GoldenPathValues,
  type GoldenTarget,
  type GoldenValues,
  knownData,
  knownNet,
} from '../support/known-net.js';

interface Case {
  name: string;
  layers: GoldenLayer[];
  initial: GoldenValues[];
  rows: number[][];
  target: GoldenTarget;
  optimizer: OptimizerOptions;
  learningRate: number;
  gradients: GoldenValues[];
  losses: number[];
  final: GoldenValues[];
  skips?: (GoldenPath & { gradients: GoldenPathValues; final: GoldenPathValues })[];
}

const cases: Case[] = JSON.parse(readFileSync('test/golden/trajectories.json', 'utf8')).nets;

for (const input of ['rows', 'tiles'] as const) {
  for (const golden of cases) {
    const { layers, initial, skips, target } = golden;
    const wanted = { kind: target.kind, outputs: target.outputs };
    const known = { layers, values: initial, ...(skips ? { skips } : {}), input, target: wanted };

    test(`${golden.name}, ${input}: loss and gradients of the first step are PyTorch's to 1e-5`, async () => {
      const engine = await createEngine();
      const net = await knownNet({ ...known, engine });
      const data = knownData(golden.rows, input, target);
      const session = net.network.startTraining(data, data.rows);
      const order = Int32Array.from({ length: data.rows }, (_, r) => r);
      const { sum, weight } = await session.step(order, 0, 0, new Pace());
      close([sum / weight], [golden.losses[0]!], 1e-6, 'loss');
      let at = session.gradients;
      net.network.layers.forEach((layer, l) => {
        for (const { name, offset, length } of layer.segments) {
          const found = engine.f32(plus(at, offset * 4), length).slice();
          const expected =
            golden.gradients[l]![name === 'bias' ? 'bias' : name === 'sparse.weight' ? 'sparse' : 'dense'];
          // Over sparse rows the engine keeps dense weights [inputs][units].
          const turned = name === 'dense.weight' && layer.input === 'rows';
          close(turned ? transpose(found, layer.inputs) : found, expected.flat(), 1e-5, `layer ${l}, ${name}`);
        }
        at = plus(at, layer.parameterLength * 4);
      });
      skips?.forEach(({ gradients }, p) => {
        const { hidden, output } = net.network.paths[p]!;
        for (const [layer, wanted] of [
          [hidden, { 'dense.weight': gradients.weight, bias: gradients.bias }],
          [output, { 'dense.weight': gradients.output, bias: [] }],
        ] as const) {
          assert.equal(
            layer.segments.map(({ name }) => name),
            layer === hidden ? ['dense.weight', 'bias'] : ['dense.weight'],
          );
          for (const { name, offset, length } of layer.segments) {
            const found = engine.f32(plus(at, offset * 4), length).slice();
            const turned = name === 'dense.weight' && layer.input === 'rows';
            const expected = wanted[name as keyof typeof wanted].flat();
            close(turned ? transpose(found, layer.inputs) : found, expected, 1e-5, `skip-path ${p}, ${name}`);
          }
          at = plus(at, layer.parameterLength * 4);
        }
      });
      assert.is(at, session.gradients + net.network.parameters.length * 4);
      session.dispose();
      net.dispose();
    });

    test(`${golden.name}, ${input}: ten losses and the weights after them are PyTorch's to 1e-4`, async () => {
      const net = await knownNet(known);
      const data = knownData(golden.rows, input, target);
      const { history } = await net.fit(data, {
        epochs: golden.losses.length,
        batchSize: data.rows,
        learningRate: golden.learningRate,
        optimizer: golden.optimizer,
        schedule: 'constant',
      });
      close(
        history.map(({ loss }) => loss),
        golden.losses,
        1e-4,
        'losses',
      );
      const { tensors } = readSafetensors(net.save());
      golden.final.forEach((values, l) => {
        for (const [tensor, key] of [
          ['sparse.weight', 'sparse'],
          ['dense.weight', 'dense'],
          ['bias', 'bias'],
        ] as const) {
          const data = tensors[`layers.${l}.${tensor}`]?.data as Float32Array | undefined;
          close(data ?? [], values[key].flat(), 1e-4, `layer ${l}, ${tensor}`);
        }
      });
      skips?.forEach(({ final }, p) => {
        for (const [tensor, expected] of [
          ['hidden.weight', final.weight],
          ['hidden.bias', final.bias],
          ['output.weight', final.output],
        ] as const) {
          const { data } = tensors[`skips.${p}.${tensor}`]!;
          close(data as Float32Array, expected.flat(), 1e-4, `skip-path ${p}, ${tensor}`);
        }
      });
      assert.is.not(history[0]!.loss, history.at(-1)!.loss);
      net.dispose();
    });
  }
}

/** [inputs][units] to [units][inputs]. */
function transpose(values: Float32Array, inputs: number): Float32Array {
  const units = values.length / inputs;
  return values.map((_, i) => values[(i % inputs) * units + Math.floor(i / inputs)]!);
}

test.run();
