// What each side keeps of the other: nothing that no call needs any more.
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Peer, type Side } from '#dist/worker/peer.js';
import type { Port } from '#dist/worker/port.js';

type Any = unknown;
type Given = Record<string, never> & {
  onStep?(value: Any): Promise<Any>;
  signal?: AbortSignal;
  texts?: AsyncIterable<Any>;
};

const peers = suite('peers');
const { port1, port2 } = new MessageChannel();
peers.after(() => port1.close());
const nothing = { stays: () => undefined, stayed() {}, dataset() {}, classOf: () => Promise.reject(new Error('none')) };
const answers: Record<string, (given: Given) => Any> = {
  echo: (given) => given,
  steps: async ({ onStep }) => [await onStep!(1), await onStep!(2)],
  stopped: ({ signal }) => new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason))),
  count: async ({ texts }) => {
    let count = 0;
    for await (const _ of texts!) count++;
    return count;
  },
  unclonable: () => ({ made: Symbol('none') }),
  counter: () => {
    let count = 0;
    return () => ++count;
  },
};
const here = peer(port1, { ...nothing, movesArguments: true, answer() {} }, 1);
const there = peer(
  port2,
  { ...nothing, movesArguments: false, answer: (_, name, [given]) => answers[name]!(given as Given) },
  -1,
);

function peer(port: MessagePort, side: Side, step: 1 | -1): Peer {
  const wrapped: Port = {
    post: (message, transfer) => port.postMessage(message, transfer as never),
    listen: (receive) => port.on('message', receive),
  };
  return new Peer(wrapped, side, step);
}

// biome-ignore lint/suspicious/noExplicitAny: whatever it is
const call = (name: string, given?: object): Promise<any> => here.call(undefined, name, [given]);
const kept = (of: Peer) => {
  const { lent, aborts } = of as unknown as { lent: Map<number, object>; aborts: Map<number, object> };
  return lent.size + aborts.size;
};
const turn = () => new Promise((resolve) => setTimeout(resolve, 20));

peers('plain values of every kind come back as they were', async () => {
  const given = {
    numbers: [1, 2.5, Number.NaN, -0, Infinity],
    mixed: ['text', { deep: [null, undefined, { deeper: new Map([[1, new Set([2])]]) }] }, new Date(5)],
    bytes: Uint8Array.of(1, 2, 3),
    view: new DataView(Uint8Array.of(7, 8).buffer),
    part: Float64Array.of(1, 2, 3, 4).subarray(1, 3),
    big: 2n ** 70n,
    nested: [[1, 2], [3]],
    ['__proto__']: 5,
    none: Object.assign(Object.create(null), { a: 1 }),
  };
  const expected = structuredClone({ ...given, part: Float64Array.of(2, 3) });
  assert.equal(await call('echo', given), expected);
  assert.equal([given.bytes.length, given.view.buffer.byteLength, given.part.length], [0, 0, 2]);
});

peers('after calls with callbacks, signals and iterables nothing is lent', async () => {
  for (let i = 0; i < 20; i++) {
    const stop = new AbortController();
    assert.equal(await call('steps', { onStep: async (value: number) => 10 * value, signal: stop.signal }), [10, 20]);
    assert.is(
      await call('count', {
        texts: (function* () {
          for (let k = 0; k < 700; k++) yield 'text';
        })(),
      }),
      700,
    );
    const stopped = call('stopped', { signal: stop.signal });
    stop.abort(i);
    assert.is(await stopped.catch((reason) => reason), i);
  }
  await turn();
  assert.is(kept(here), 0);
  assert.is(kept(there), 0);
});

peers('functions that come are called there; callbacks may fail and be none of the clonable', async () => {
  const count = (await call('counter')) as () => Promise<number>;
  assert.equal([await count(), await count()], [1, 2]);
  const mine = new Error('mine');
  assert.is(await call('steps', { onStep: () => Promise.reject(mine) }).catch((error) => error), mine);
  assert.is((await call('steps', { onStep: () => Symbol('x') }).catch((error) => error)).name, 'DataCloneError');
  assert.is((await call('unclonable').catch((error) => error)).name, 'DataCloneError');
  assert.equal(await call('echo', { after: 1 }), { after: 1 });
});

peers('errors keep class, message, cause, fields', async () => {
  class Own extends TypeError {
    override name = 'Own';
  }
  const cause = new RangeError('below', { cause: new DOMException('stopped', 'AbortError') });
  const cases = [
    new TypeError('a'),
    new Own('b'),
    Object.assign(new Error('c', { cause }), { code: 'E1', list: [1] }),
    new DOMException('d', 'TimeoutError'),
  ];
  answers.fail = ({ which }) => {
    // Not the one that came, which would come back as itself.
    const at = Number(which);
    throw at === 2
      ? Object.assign(new Error('c', { cause }), { code: 'E1', list: [1] })
      : at === 3
        ? new DOMException('d', 'TimeoutError')
        : at
          ? new Own('b')
          : new TypeError('a');
  };
  for (const [which, wanted] of cases.entries()) {
    const error = (await call('fail', { which }).catch((error) => error)) as Error & Record<string, unknown>;
    assert.is(error.name, wanted.name);
    assert.is(error.message, wanted.message);
    assert.ok(error instanceof (wanted instanceof DOMException ? DOMException : Error));
    assert.match(String(error.stack), /peer\.test/);
    if (which !== 2) continue;
    assert.equal([error.code, error.list], ['E1', [1]]);
    const below = error.cause as Error;
    assert.ok(below instanceof RangeError && below.cause instanceof DOMException);
  }
});

peers('a side that is closed rejects what is under way and what comes', async () => {
  const stopped = call('stopped', { signal: new AbortController().signal });
  here.close(new Error('it is over'));
  assert.is((await stopped.catch((error) => error)).message, 'it is over');
  assert.is((await call('echo').catch((error) => error)).message, 'it is over');
});

peers.run();
