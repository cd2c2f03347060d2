// Plain JavaScript, as one would write it on a page with speed in mind: typed arrays, inner loops over neighbours. What others find is compared with what it finds.
import type { SparseMatrix } from '../../../data/dataset.js';
import type { Lane, Peer, Product, SparseLayer } from '../operations.js';
import { turned } from './layouts.js';
import { convForward, convInput, convWeight } from './plain-conv.js';
import { plainConvNet } from './plain-images.js';
import { plainNet } from './plain-net.js';
import { plainPrim } from './plain-prim.js';

export const PLAIN: Peer = {
  name: 'plain JavaScript',
  does: {
    product: (given) => lane(given.m * given.n, (c) => multiply(c, given)),
    'conv forward': (given) => lane(given.dy.length, (y) => convForward(y, given.x, given.weight, given)),
    'conv dX': (given) => lane(given.x.length, (dx) => convInput(dx, given.dy, given.weight, given)),
    'conv dW': (given) => lane(given.weight.length, (dw) => convWeight(dw, given.x, given.dy, given)),
    'sparse forward': (given) => sparse(given, 'forward'),
    'sparse dX': (given) => sparse(given, 'dX'),
    'sparse dW': (given) => sparse(given, 'dW'),
    'pair counts': (rows) => pairs(rows, () => countsOf),
    information: (rows) => pairs(rows, informationOf),
    tree: (rows) => {
      let nats = 0;
      return {
        run() {
          nats = plainPrim(rows).nats;
        },
        result: () => [nats],
      };
    },
    'net inference': (given) => plainNet(given, false),
    'net epoch': (given) => plainNet(given, true),
    'images inference': (given) => plainConvNet(given, false),
    'images step': (given) => plainConvNet(given, true),
  },
};

function lane(length: number, run: (out: Float32Array) => void): Lane {
  const out = new Float32Array(length);
  return {
    run() {
      out.fill(0);
      run(out);
    },
    result: () => out,
  };
}

function multiply(c: Float32Array, { m, k, n, a, b }: Product): void {
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const x = a[i * k + p]!;
      for (let j = 0, to = i * n, from = p * n; j < n; j++) c[to + j]! += x * b[from + j]!;
    }
  }
}

/** Rows side by side, [input][row], so that a connection is one run over them. */
function sparse(given: SparseLayer, what: 'forward' | 'dX' | 'dW'): Lane {
  const { inputs, units, start, index, weight, batch } = given;
  const [x, dy] = [turned(given.x, batch, inputs), turned(given.dy, batch, units)];
  const width = what === 'forward' ? units : inputs;
  const out = new Float32Array(what === 'dW' ? weight.length : batch * width);
  const run = {
    forward: (w: number, _: number, i: number, u: number) => {
      for (let r = 0; r < batch; r++) out[u + r]! += w * x[i + r]!;
    },
    dX: (w: number, _: number, i: number, u: number) => {
      for (let r = 0; r < batch; r++) out[i + r]! += w * dy[u + r]!;
    },
    dW: (_: number, e: number, i: number, u: number) => {
      let sum = 0;
      for (let r = 0; r < batch; r++) sum += dy[u + r]! * x[i + r]!;
      out[e] = sum;
    },
  }[what];
  return {
    run() {
      out.fill(0);
      for (let u = 0; u < units; u++)
        for (let e = start[u]!; e < start[u + 1]!; e++) run(weight[e]!, e, index[e]! * batch, u * batch);
    },
    result: () => (what === 'dW' ? out : turned(out, width, batch)),
  };
}

/** Of a column a and those after it: from the rows in which both are one, and those of each by itself, to found[at] and on. */
type RowOf = (found: Float64Array, at: number, a: number, both: Int32Array, ones: Int32Array, rows: number) => void;

const countsOf: RowOf = (found, at, a, both) => {
  for (let b = a + 1; b < both.length; b++) found[at++] = both[b]!;
};

/** Nats, with k ln k from a table. */
function informationOf({ rows: n }: SparseMatrix): RowOf {
  const table = new Float64Array(n + 1);
  for (let k = 1; k <= n; k++) table[k] = k * Math.log(k);
  return (found, at, a, both, ones) => {
    const na = ones[a]!;
    const own = table[na]! + table[n - na]!;
    for (let b = a + 1; b < both.length; b++) {
      const [k, nb] = [both[b]!, ones[b]!];
      const cells = table[k]! + table[na - k]! + table[nb - k]! + table[n - na - nb + k]!;
      found[at++] = Math.max(0, (cells - own - table[nb]! - table[n - nb]! + table[n]!) / n);
    }
  };
}

/** Counts of ones together by an inverted index. */
function pairs(rows: SparseMatrix, make: (rows: SparseMatrix) => RowOf): Lane {
  const { rows: n, columns: d, start, index } = rows;
  const found = new Float64Array((d * (d - 1)) / 2);
  return {
    run() {
      const of = make(rows);
      const ones = new Int32Array(d);
      for (let e = 0; e < index.length; e++) ones[index[e]!]!++;
      const columnStart = new Int32Array(d + 1);
      for (let v = 0; v < d; v++) columnStart[v + 1] = columnStart[v]! + ones[v]!;
      const fill = columnStart.slice(0, d);
      const columnRow = new Int32Array(index.length);
      for (let r = 0; r < n; r++) for (let e = start[r]!; e < start[r + 1]!; e++) columnRow[fill[index[e]!]!++] = r;
      const both = new Int32Array(d);
      for (let a = 0, at = 0; a < d; at += d - ++a) {
        both.fill(0);
        for (let c = columnStart[a]!; c < columnStart[a + 1]!; c++) {
          const r = columnRow[c]!;
          for (let e = start[r]!, end = start[r + 1]!; e < end; e++) both[index[e]!]!++;
        }
        of(found, at, a, both, ones, n);
      }
    },
    result: () => found,
  };
}
