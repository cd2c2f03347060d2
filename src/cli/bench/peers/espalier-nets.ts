import { Dataset } from '../../../data/dataset.js';
import { Network } from '../../../models/feedforward/network.js';
import { GaterNet } from '../../../models/gaternet/gater-net.js';
import { plus } from '../../../runtime/address.js';
import type { Engine } from '../../../runtime/engine.js';
import { Pace } from '../../../runtime/pace.js';
import { chowLiuTree } from '../../../structure/chow-liu.js';
import { createOptimizer, optimizerOptions } from '../../../training/optimizer.js';
import type { ConvNetTask, FeedforwardTask, Lane, Operations } from '../operations.js';
import { fromTiles } from './espalier-kernels.js';

/** Trees and nets as the package learns, trains and runs them. */
export function netsOf(engine: Engine): Operations {
  return {
    tree: (features) => {
      let nats = 0;
      return {
        async run() {
          nats = (await chowLiuTree({ features }, { engine })).totalInformation;
        },
        result: () => [nats],
      };
    },
    'net inference': (given) => feedforward(engine, given, false),
    'net epoch': (given) => feedforward(engine, given, true),
    'images inference': (given) => images(engine, given, false),
    'images step': (given) => images(engine, given, true),
  };
}

function feedforward(engine: Engine, { layers, rows, x, labels, batch, rate }: FeedforwardTask, train: boolean): Lane {
  const { inputs } = layers[0]!;
  const { units: outputs } = layers.at(-1)!;
  const data = Dataset.dense(x, { columns: inputs, labels, classes: outputs });
  const hidden = layers
    .slice(0, -1)
    .map(({ connections, units }) => (connections ? { connections, dense: 0 } : { dense: units }));
  const net = new Network(engine, {
    inputs,
    input: 'tiles',
    hidden,
    outputs,
    target: 'classes',
    dropout: 0,
    inputDropout: 0,
  });
  const put = () =>
    net.layers.forEach((layer, l) => {
      for (const { name, offset, length } of layer.segments) {
        const from = name === 'bias' ? layers[l]!.bias : layers[l]!.weight;
        engine.f32(plus(layer.parameters, offset * 4), length).set(from);
      }
    });
  put();
  const pace = new Pace();
  const scope = engine.scope();
  if (!train) {
    const space = net.workspace(data.features, batch);
    const found = new Float32Array(rows * outputs);
    return {
      async run() {
        for await (const { rows: some, logits } of net.batches(space, data.features, batch, pace))
          found.set(fromTiles(engine, logits, some.length, outputs), some[0]! * outputs);
      },
      result: () => found,
      dispose: () => net.dispose(),
    };
  }
  const session = net.startTraining(data, batch);
  const optimizer = createOptimizer(
    engine,
    scope,
    net.parameters.length,
    optimizerOptions({ kind: 'sgd', momentum: 0 }),
  );
  const batches = Array.from({ length: rows / batch }, (_, b) =>
    Int32Array.from({ length: batch }, (_, i) => b * batch + i),
  );
  return {
    async run() {
      put();
      for (const some of batches) {
        await session.step(some, 0, 0, pace);
        optimizer.step(net.parameters, session.gradients, rate);
      }
    },
    result: () => engine.f32(net.layers[0]!.parameters, layers[0]!.weight.length),
    dispose() {
      session.dispose();
      scope.dispose();
      net.dispose();
    },
  };
}

async function images(engine: Engine, given: ConvNetTask, train: boolean): Promise<Lane> {
  const { batch, channels, size, pixels, labels, classes, nodes } = given;
  const data = Dataset.images({ channels, height: size, width: size, values: pixels, labels, classes });
  const normalise = { mean: Array<number>(channels).fill(0.5), std: Array<number>(channels).fill(0.25) };
  const net = await GaterNet.create(data, { backbone: 'resnet-20', gater: false, normalise, engine });
  const { network } = net;
  const { convs, norms } = network.backbone;
  nodes.forEach(({ weight, gain, bias }, i) => {
    const norm = norms[i]!;
    engine.f32(convs[i]!.weight, weight.length).set(weight);
    const at = (name: string) => plus(norm.parameters, norm.segments.find((one) => one.name === name)!.offset * 4);
    engine.f32(at('weight'), gain.length).set(gain);
    engine.f32(at('bias'), bias.length).set(bias);
  });
  for (const { name, offset, length } of network.classifier.segments)
    engine
      .f32(plus(network.classifier.parameters, offset * 4), length)
      .set(name === 'bias' ? given.bias : given.weight);
  const rows = Int32Array.from({ length: batch }, (_, i) => i);
  const pace = new Pace();
  if (train) {
    const session = network.startTraining(data, batch);
    let loss = 0;
    return {
      async run() {
        const { sum, weight } = await session.step(rows, 0, 0, pace);
        loss = sum / weight;
      },
      result: () => [loss, ...engine.f32(session.gradients, nodes[0]!.weight.length)],
      dispose() {
        session.dispose();
        net.dispose();
      },
    };
  }
  const inference = network.reserve(data, batch);
  await inference.fold(pace);
  let logits: Float32Array;
  return {
    async run() {
      await inference.load(data, rows, pace);
      logits = fromTiles(engine, (await inference.run(batch, pace)).logits, batch, classes);
    },
    result: () => logits,
    dispose() {
      inference.dispose();
      net.dispose();
    },
  };
}
