// node --import build/test/guarded/register.js: every engine of the process gets the guarded kernels. Nothing in the package knows of it.
// ESPALIER_GUARDED: the folder that writeGuarded wrote, as a URL; what the process did is appended to tallies.jsonl there.
// ESPALIER_GUARDED_TWIN: how often each kernel is run twice, guarded and plain, from the same memory, and compared.
import { appendFileSync } from 'node:fs';
import { Arena } from '#dist/runtime/arena.js';
import { Engine } from '#dist/runtime/engine.js';
import { type Blocks, watch } from './blocks.js';
import { extents } from './extents.js';
import { type Guard, guardedKernels, type Kernel, Violation } from './kernels.js';
import { readGuarded } from './module.js';
import { type Compared, twins } from './twins.js';

/** Above this, blocks are left as they are: tests of the memory's end do not touch all they ask for. */
const MOST_SPOILED = 2 ** 26;
/** NaN as f32 and f64, −1 as an integer. */
const SPOILED = 0xff;

const folder = new URL(process.env.ESPALIER_GUARDED!);
const comparedCalls = Number(process.env.ESPALIER_GUARDED_TWIN ?? 0);
const { module, sites, signatures } = readGuarded(folder);
const tally = { calls: {}, accesses: 0, violations: [] as string[] };
const compared: Compared = {};
const guard: Guard = { sites, signatures, extents, tally };

watchBlocks();
watchViews();
// What other threads do would not be watched.
Reflect.deleteProperty(globalThis, 'SharedArrayBuffer');
replaceKernels();
process.on('exit', () => {
  const line = { file: process.argv.slice(1).join(' '), ...tally, compared };
  if (Object.keys(tally.calls).length > 0 || tally.violations.length > 0)
    appendFileSync(new URL('tallies.jsonl', folder), `${JSON.stringify(line)}\n`);
});

/** New blocks and those given back are spoiled, so that what was never written, or is gone, changes results. */
function watchBlocks(): void {
  const { allocate, release } = Arena.prototype;
  const spoil = ({ memory }: Arena, at: number, bytes: number) => {
    if (bytes <= MOST_SPOILED) new Uint8Array(memory.buffer, at, bytes).fill(SPOILED);
  };
  Arena.prototype.allocate = function (bytes) {
    const at = allocate.call(this, bytes);
    watch(this.memory).allocated(at, bytes);
    spoil(this, at, bytes);
    return at;
  };
  Arena.prototype.release = function (at) {
    const block = watch(this.memory).released(at);
    if (block) spoil(this, at, block.bytes);
    release.call(this, at);
  };
}

/** Views of memory that is in no live block are refused. */
function watchViews(): void {
  for (const [name, size] of Object.entries({ f32: 4, f64: 8, i32: 4, u32: 4, i8: 1, u8: 1 })) {
    const prototype = Engine.prototype as unknown as Record<string, (at: number, length: number) => unknown>;
    const view = prototype[name]!;
    prototype[name] = function (this: Engine, at, length) {
      const block = watch(this.arena.memory).blockOf(at);
      const [left, end] = [block ? block.at + block.bytes - at : 0, at + length * size];
      if (length > 0 && length * size > left) {
        const what = left > 0 ? `ends behind its block, [${block!.at}, ${at + left})` : 'lies in no live block';
        const violation = new Violation(`a view ${name}, [${at}, ${end}), ${what}`);
        tally.violations.push(violation.message);
        throw violation;
      }
      return view.call(this, at, length);
    };
  }
}

/** Whoever instantiates the kernels, by whatever module, gets the guarded ones. */
function replaceKernels(): void {
  const { instantiate } = WebAssembly;
  const replaced = async (source: WebAssembly.Module | BufferSource, imports: WebAssembly.Imports = {}) => {
    if (!(source instanceof WebAssembly.Module) || !hasKernels(source))
      return instantiate(source as BufferSource, imports);
    const memory = imports.env!.memory as WebAssembly.Memory;
    const blocks: Blocks = watch(memory);
    const instance = await instantiate(module, imports);
    let kernels: Record<string, Kernel> = guardedKernels(instance.exports, memory, blocks, guard);
    if (comparedCalls > 0) {
      const plain = (await instantiate(source, imports)).exports as Record<string, Kernel>;
      kernels = twins(kernels, plain, memory, comparedCalls, compared);
    }
    return { exports: Object.freeze({ ...kernels, memory }) };
  };
  WebAssembly.instantiate = replaced as typeof WebAssembly.instantiate;
}

function hasKernels(module: WebAssembly.Module): boolean {
  return WebAssembly.Module.exports(module).some(({ name }) => name === 'gemm');
}
