import type { FeedforwardTask, Lane, NetLayer } from '../operations.js';

/** A feedforward net in plain JavaScript, activations [unit][row] so that each weight is one run over the rows of a batch. */
export function plainNet(given: FeedforwardTask, train: boolean): Lane {
  const { rows, x, labels, batch, rate } = given;
  const { inputs } = given.layers[0]!;
  const { units: outputs } = given.layers.at(-1)!;
  const layers = given.layers.map((layer) => ({ ...layer, weight: layer.weight.slice(), bias: layer.bias.slice() }));
  const level = [inputs, ...layers.map(({ units }) => units)].map((units) => new Float32Array(units * batch));
  const delta = level.map(({ length }) => new Float32Array(length));
  const logits = new Float32Array(rows * outputs);
  const load = (first: number) => {
    for (let r = 0; r < batch; r++)
      for (let i = 0; i < inputs; i++) level[0]![i * batch + r] = x[(first + r) * inputs + i]!;
    for (const [l, layer] of layers.entries()) forward(layer, level[l + 1]!, level[l]!, batch, l + 1 < layers.length);
  };
  const learn = (first: number) => {
    softmax(delta.at(-1)!, level.at(-1)!, labels, first, outputs, batch);
    for (let l = layers.length - 1; l >= 0; l--) {
      delta[l]!.fill(0);
      backward(layers[l]!, delta[l]!, delta[l + 1]!, level[l]!, batch, rate, l > 0);
      if (l > 0) for (let i = 0; i < delta[l]!.length; i++) if (level[l]![i]! <= 0) delta[l]![i] = 0;
    }
  };
  return {
    run() {
      if (train) for (const [l, layer] of layers.entries()) restore(layer, given.layers[l]!);
      for (let first = 0; first < rows; first += batch) {
        load(first);
        if (train) learn(first);
        else
          for (let r = 0; r < batch; r++)
            for (let u = 0; u < outputs; u++) logits[(first + r) * outputs + u] = level.at(-1)![u * batch + r]!;
      }
    },
    result: () => (train ? layers[0]!.weight : logits),
  };
}

function restore(layer: NetLayer, from: NetLayer): void {
  layer.weight.set(from.weight);
  layer.bias.set(from.bias);
}

/** Of unit u: which inputs its weights [first, end) see. */
function connectionsOf({ connections, inputs }: NetLayer, u: number) {
  if (!connections) return { first: u * inputs, end: (u + 1) * inputs, input: (e: number) => e - u * inputs };
  const { start, index } = connections;
  return { first: start[u]!, end: start[u + 1]!, input: (e: number) => index[e]! };
}

function forward(layer: NetLayer, y: Float32Array, x: Float32Array, batch: number, relu: boolean): void {
  const { units, weight, bias } = layer;
  for (let u = 0; u < units; u++) {
    const to = u * batch;
    y.fill(bias[u]!, to, to + batch);
    const { first, end, input } = connectionsOf(layer, u);
    for (let e = first; e < end; e++) {
      const w = weight[e]!;
      for (let r = 0, from = input(e) * batch; r < batch; r++) y[to + r]! += w * x[from + r]!;
    }
    if (relu) for (let r = 0; r < batch; r++) y[to + r] = Math.max(0, y[to + r]!);
  }
}

/** Moves the weights too, each after its last use. */
function backward(
  layer: NetLayer,
  dx: Float32Array,
  dy: Float32Array,
  x: Float32Array,
  batch: number,
  rate: number,
  deeper: boolean,
): void {
  const { units, weight, bias } = layer;
  for (let u = 0; u < units; u++) {
    const from = u * batch;
    const { first, end, input } = connectionsOf(layer, u);
    for (let e = first; e < end; e++) {
      const at = input(e) * batch;
      const w = weight[e]!;
      let sum = 0;
      for (let r = 0; r < batch; r++) sum += dy[from + r]! * x[at + r]!;
      if (deeper) for (let r = 0; r < batch; r++) dx[at + r]! += w * dy[from + r]!;
      weight[e] = w - rate * sum;
    }
    let sum = 0;
    for (let r = 0; r < batch; r++) sum += dy[from + r]!;
    bias[u]! -= rate * sum;
  }
}

/** Gradient of the mean cross-entropy, [class][row]; returns that mean. */
export function softmax(
  d: Float32Array,
  logits: Float32Array,
  labels: Int32Array,
  first: number,
  classes: number,
  batch: number,
): number {
  let loss = 0;
  for (let r = 0; r < batch; r++) {
    let [most, sum] = [Number.NEGATIVE_INFINITY, 0];
    for (let u = 0; u < classes; u++) most = Math.max(most, logits[u * batch + r]!);
    for (let u = 0; u < classes; u++) sum += Math.exp(logits[u * batch + r]! - most);
    for (let u = 0; u < classes; u++) {
      const p = Math.exp(logits[u * batch + r]! - most) / sum;
      const wanted = labels[first + r] === u ? 1 : 0;
      if (wanted) loss -= Math.log(p) / batch;
      d[u * batch + r] = (p - wanted) / batch;
    }
  }
  return loss;
}
