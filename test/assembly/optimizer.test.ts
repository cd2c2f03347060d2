import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Address, plus } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import type { GuardedMemory } from '../support/guarded-memory.js';
import { engine, guarded, kernelTest } from '../support/kernel-test.js';
import { close, sameBits } from '../support/numbers.js';
import * as twin from './twins/optimizer.js';

const SGD: twin.SgdSettings[] = [
  { rate: 0.1, momentum: 0, nesterov: false, l2: 0 },
  { rate: 0.1, momentum: 0.9, nesterov: false, l2: 1e-4 },
  { rate: 0.03, momentum: 0.9, nesterov: true, l2: 0.01 },
];

const ADAM: twin.AdamSettings[] = [
  { stepSize: 1e-3, rootScale: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, l2: 0, shrink: 1 },
  { stepSize: 1e-2, rootScale: 31.6, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, l2: 0.01, shrink: 1 },
  { stepSize: 1e-3, rootScale: 3, beta1: 0.5, beta2: 0.99, epsilon: 1e-3, l2: 0, shrink: 0.9999 },
];

/** The bias corrections that the caller folds in for step t, counted from 1. */
function adamAt(t: number, { beta1, beta2, stepSize, ...rest }: twin.AdamSettings): twin.AdamSettings {
  return {
    ...rest,
    beta1,
    beta2,
    stepSize: stepSize / (1 - beta1 ** t),
    rootScale: 1 / Math.sqrt(1 - beta2 ** t),
  };
}

function callSgd(sgd: typeof engine.kernels.sgd, at: readonly Address[], n: number, s: twin.SgdSettings): void {
  const [p, grad, v] = at as [Address, Address, Address];
  sgd(p, grad, v, n, s.rate, s.momentum, s.nesterov ? 1 : 0, s.l2);
}

function callAdam(adam: typeof engine.kernels.adam, at: readonly Address[], n: number, s: twin.AdamSettings): void {
  const [p, grad, m, v] = at as [Address, Address, Address, Address];
  adam(p, grad, m, v, n, s.stepSize, s.rootScale, s.beta1, s.beta2, s.epsilon, s.l2, s.shrink);
}

const positive = (draws: Draws, n: number) => draws.floats(n).map(Math.abs);

/** Runs a step on the whole block and on two pieces, last piece first. */
function checkPieces(
  memory: GuardedMemory,
  blocks: readonly Float32Array[],
  grad: Float32Array,
  step: (at: readonly Address[], n: number) => void,
): void {
  const n = grad.length;
  const atGrad = memory.input(grad).at;
  const place = () => blocks.map((block) => memory.output(block));
  const addresses = (buffers: ReturnType<typeof place>, skip: number) => {
    const [p, ...state] = buffers.map((buffer) => plus(buffer.at, 4 * skip)) as [Address, ...Address[]];
    return [p, plus(atGrad, 4 * skip), ...state];
  };
  const whole = place();
  step(addresses(whole, 0), n);
  for (let cut = 0; cut <= n; cut += 4) {
    const pieces = place();
    step(addresses(pieces, cut), n - cut);
    step(addresses(pieces, 0), cut);
    pieces.forEach((piece, i) => void sameBits(piece.read(), whole[i]!.read(), `cut at ${cut}`));
  }
}

kernelTest('sgd', 'every multiple of 4 up to 68, plain, with momentum, Nesterov, decay, bits of the twin', (sgd) => {
  const draws = new Draws(1);
  for (let n = 0; n <= 68; n += 4) {
    for (const settings of SGD) {
      guarded((memory) => {
        const [p, v] = [memory.output(draws.floats(n)), memory.output(draws.floats(n))];
        const grad = memory.input(draws.floats(n));
        const [expectedP, expectedV] = [p.read(), v.read()];
        for (let t = 0; t < 3; t++) {
          callSgd(sgd, [p.at, grad.at, v.at], n, settings);
          twin.sgd(expectedP, grad.read(), expectedV, settings);
        }
        sameBits(p.read(), expectedP, `parameters, n ${n}`);
        sameBits(v.read(), expectedV, `velocity, n ${n}`);
      });
    }
  }
});

kernelTest('all_finite', 'every multiple of 4 up to 68, one number that is not at any place', (allFinite) => {
  const draws = new Draws(1);
  for (let n = 0; n <= 68; n += 4) {
    guarded((memory) => {
      const x = memory.input(draws.floats(n).map((v, i) => (i % 3 ? v : Math.sign(v) * 3e38)));
      assert.is(allFinite(x.at, n), 1, `${n} numbers`);
    });
    for (let i = 0; i < n; i++) {
      for (const odd of [NaN, Infinity, -Infinity]) {
        guarded((memory) => {
          const numbers = draws.floats(n);
          numbers[i] = odd;
          assert.is(allFinite(memory.input(numbers).at, n), 0, `${odd} at ${i} of ${n}`);
        });
      }
    }
  }
});

kernelTest('sgd', 'pieces equal the whole', (sgd) => {
  const draws = new Draws(2);
  guarded((memory) => {
    const blocks = [draws.floats(24), draws.floats(24)];
    checkPieces(memory, blocks, draws.floats(24), (at, n) => callSgd(sgd, at, n, SGD[2]!));
  });
});

kernelTest('sgd', '200 steps down a bowl stay within 1e-4 of the same steps in f64', (sgd) => {
  const draws = new Draws(3);
  for (const settings of SGD) {
    guarded((memory) => {
      const n = 16;
      const [p, v] = [memory.output(draws.floats(n)), memory.output(new Float32Array(n))];
      const grad = memory.output(new Float32Array(n));
      const [p64, v64] = [Float64Array.from(p.read()), new Float64Array(n)];
      for (let t = 0; t < 200; t++) {
        engine.f32(grad.at, n).set(p.read().map((x) => x - 1));
        callSgd(sgd, [p.at, grad.at, v.at], n, settings);
        const grad64 = p64.map((x) => x - 1);
        twin.sgd(p64, grad64, v64, settings, (x) => x);
      }
      close(p.read(), p64, { absolute: 1e-4 }, `parameters after ${JSON.stringify(settings)}`);
    });
  }
});

kernelTest('adam', 'every multiple of 4 up to 68, plain, with decay, decoupled decay, bits of the twin', (adam) => {
  const draws = new Draws(4);
  for (let n = 0; n <= 68; n += 4) {
    for (const settings of ADAM) {
      guarded((memory) => {
        const [p, m] = [memory.output(draws.floats(n)), memory.output(draws.floats(n))];
        const v = memory.output(positive(draws, n));
        const grad = memory.input(draws.floats(n));
        const [expectedP, expectedM, expectedV] = [p.read(), m.read(), v.read()];
        for (let t = 0; t < 3; t++) {
          callAdam(adam, [p.at, grad.at, m.at, v.at], n, settings);
          twin.adam(expectedP, grad.read(), expectedM, expectedV, settings);
        }
        sameBits(p.read(), expectedP, `parameters, n ${n}`);
        sameBits(m.read(), expectedM, `means, n ${n}`);
        sameBits(v.read(), expectedV, `squares, n ${n}`);
      });
    }
  }
});

kernelTest('adam', 'pieces equal the whole', (adam) => {
  const draws = new Draws(5);
  guarded((memory) => {
    const blocks = [draws.floats(24), draws.floats(24), positive(draws, 24)];
    checkPieces(memory, blocks, draws.floats(24), (at, n) => callAdam(adam, at, n, ADAM[1]!));
  });
});

kernelTest('adam', 'no gradient and no state move nothing', (adam) => {
  guarded((memory) => {
    const p = memory.output(new Draws(6).floats(16));
    const before = p.read();
    const zeros = () => memory.output(new Float32Array(16));
    callAdam(adam, [p.at, zeros().at, zeros().at, zeros().at], 16, adamAt(1, ADAM[0]!));
    sameBits(p.read(), before, 'parameters');
  });
});

kernelTest('adam', 'the first step is the rate against the gradient’s sign, within 1e-4', (adam) => {
  guarded((memory) => {
    const p = memory.output(new Float32Array(4));
    const grad = memory.input(Float32Array.of(5, -5, 1e-3, -1e3));
    const [m, v] = [memory.output(new Float32Array(4)), memory.output(new Float32Array(4))];
    callAdam(adam, [p.at, grad.at, m.at, v.at], 4, adamAt(1, ADAM[0]!));
    close(p.read(), [-1e-3, 1e-3, -1e-3, 1e-3], { relative: 1e-4 }, 'parameters');
  });
});

kernelTest('adam', '200 steps down a bowl stay within 1e-4 of the same steps in f64', (adam) => {
  const draws = new Draws(7);
  for (const settings of ADAM) {
    guarded((memory) => {
      const n = 16;
      const [p, m, v] = [memory.output(draws.floats(n)), memory.scratch(n), memory.scratch(n)];
      for (const state of [m, v]) engine.f32(state.at, n).fill(0);
      const grad = memory.output(new Float32Array(n));
      const [p64, m64, v64] = [Float64Array.from(p.read()), new Float64Array(n), new Float64Array(n)];
      for (let t = 1; t <= 200; t++) {
        engine.f32(grad.at, n).set(p.read().map((x) => x - 1));
        callAdam(adam, [p.at, grad.at, m.at, v.at], n, adamAt(t, settings));
        const grad64 = p64.map((x) => x - 1);
        twin.adam(p64, grad64, m64, v64, adamAt(t, settings), (x) => x);
      }
      close(p.read(), p64, { absolute: 1e-4 }, `parameters after ${JSON.stringify(settings)}`);
    });
  }
});

test.run();
