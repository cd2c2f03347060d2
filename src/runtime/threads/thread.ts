// A thread of an engine: runs items of the regions that the first thread opens, and sleeps in between.
import {
  busyWord,
  ENDING,
  ITEM_WORDS,
  ITEMS,
  kernelTable,
  OWN,
  OWN_STRIDE,
  PAGE,
  PAGES,
  PROGRAM,
  PROGRAM_WORDS,
  type Region,
  runItem,
  SEQUENCE,
  SLEEPERS,
  type Start,
  takeItem,
} from './protocol.js';

const CHECKS = 64;

function work({ modules, memory, control, index, spin }: Start): void {
  const words = new Int32Array(memory.buffer, control);
  const exports = modules.map((module) => new WebAssembly.Instance(module, { env: { memory } }).exports);
  const { table } = kernelTable(Object.assign({}, ...exports));
  const busy = busyWord(index);
  let last: Region | undefined;
  const region = () => {
    // V8 tells this thread of its own accord that the memory has grown, but takes a moment, and one that had just received the memory may never hear: growing by nothing asks.
    while (memory.buffer.byteLength < PAGE * words[PAGES]!) memory.grow(0);
    const at = words[PROGRAM]! >>> 0;
    const itemsAt = words[ITEMS]! >>> 0;
    if (last?.program.byteOffset !== at || last.items.byteOffset !== itemsAt)
      last = {
        program: new Float64Array(memory.buffer, at, PROGRAM_WORDS),
        items: new Int32Array(memory.buffer, itemsAt, ITEM_WORDS),
      };
    return last;
  };
  // A region that is open already may be joined.
  let seen = Atomics.load(words, SEQUENCE) - 1;
  for (;;) {
    if (!changed(words, seen, spin)) {
      Atomics.add(words, SLEEPERS, 1);
      Atomics.wait(words, SEQUENCE, seen);
      Atomics.sub(words, SLEEPERS, 1);
    }
    seen = Atomics.load(words, SEQUENCE);
    if (Atomics.load(words, ENDING)) return;
    Atomics.store(words, busy, 1);
    for (let item = takeItem(words, index); item >= 0; item = takeItem(words, index))
      runItem(words, region, item, table, (words[OWN]! >>> 0) + index * words[OWN_STRIDE]!);
    Atomics.store(words, busy, 0);
  }
}

/** Whether another region was opened within `spin` ms. */
function changed(words: Int32Array, seen: number, spin: number): boolean {
  const until = performance.now() + spin;
  do {
    for (let i = 0; i < CHECKS; i++) if (Atomics.load(words, SEQUENCE) !== seen) return true;
  } while (performance.now() < until);
  return false;
}

const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads');
if (threads)
  // In a task of its own: a worker thread whose loop of events has begun can be asked whether it is alive.
  setImmediate(() => {
    threads.parentPort?.postMessage(0);
    work(threads.workerData);
  });
else globalThis.onmessage = ({ data }: { data: Start }) => work(data);
