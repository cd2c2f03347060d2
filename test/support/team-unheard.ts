// The threads of an engine are never told that its memory has grown: what V8 does to one that had just received it. --import runs this file in each of them first.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const { createEngine } = await import('#dist/runtime/engine.js');
  const { allAtWork } = await import('./team.js');
  const engine = await createEngine({ threads: 3 });
  await allAtWork(engine);
  const pages = engine.arena.memory.buffer.byteLength;
  engine.arena.allocate(pages);
  if (engine.arena.memory.buffer.byteLength === pages) throw new Error('the memory has not grown');
  await allAtWork(engine);
  console.log(engine.working.threads);
} else {
  const { prototype } = WebAssembly.Memory;
  const { get } = Object.getOwnPropertyDescriptor(prototype, 'buffer')!;
  const { grow } = prototype;
  const known = new WeakMap<WebAssembly.Memory, ArrayBufferLike>();
  Object.defineProperty(prototype, 'buffer', {
    get(this: WebAssembly.Memory) {
      const buffer = known.get(this) ?? get!.call(this);
      known.set(this, buffer);
      return buffer;
    },
  });
  prototype.grow = function (delta) {
    known.delete(this);
    return grow.call(this, delta);
  };
}
