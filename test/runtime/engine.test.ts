import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { plus } from '#dist/runtime/address.js';
import { createEngine, defaultEngine, type Engine, hasSimd, setDefaultEngine } from '#dist/runtime/engine.js';
import type { WasmSource } from '#dist/runtime/wasm-source.js';
import { sameBits } from '../support/numbers.js';

const root = new URL('../../../', import.meta.url);
const bytes = readFileSync(new URL('dist/wasm/espalier.wasm', root));

/** Asserts that a promise is rejected with an error of this kind and message. */
async function rejects(promise: Promise<unknown>, kind: ErrorConstructor, message: RegExp): Promise<void> {
  const outcome = await promise.then(
    () => 'the promise was kept',
    (error: unknown) => error,
  );
  if (!(outcome instanceof kind) || !message.test(outcome.message)) {
    assert.unreachable(`expected ${kind.name} ${message}, got ${outcome}`);
  }
}

/** Runs one kernel whose result is known. */
function works(engine: Engine): void {
  const at = engine.arena.allocate(16);
  engine.f32(at, 4).set([1, -1, 0, 2]);
  engine.kernels.relu(at, 4);
  sameBits(engine.f32(at, 4), [1, 0, 0, 2], 'relu');
  engine.arena.release(at);
}

test('an engine without options uses the inlined kernels', async () => {
  works(await createEngine());
});

test('an engine takes the kernels as a Module, bytes, a Response, a URL or its text, and as a promise of one', async () => {
  const buffer = new Uint8Array(bytes).buffer;
  const data = `data:application/wasm;base64,${bytes.toString('base64')}`;
  const sources: Record<string, WasmSource> = {
    module: new WebAssembly.Module(bytes),
    'array buffer': buffer,
    view: new Uint8Array([0, ...bytes]).subarray(1),
    response: new Response(buffer),
    url: new URL(data),
    text: data,
    file: new URL('dist/wasm/espalier.wasm', root),
    'text of a file': new URL('dist/wasm/espalier.wasm', root).href,
    'promised response': fetch(data),
    'promised module': WebAssembly.compile(bytes),
    'promised text': Promise.resolve(data),
  };
  for (const wasm of Object.values(sources)) works(await createEngine({ wasm }));
});

test('one Module serves several engines', async () => {
  const wasm = new WebAssembly.Module(bytes);
  works(await createEngine({ wasm }));
  works(await createEngine({ wasm }));
});

test('other sources are a TypeError that names what came', async () => {
  const message = (kind: string) =>
    new RegExp(`^wasm: expected a WebAssembly\\.Module, bytes, a URL or a Response, or a promise of one, got ${kind}$`);
  for (const [wasm, kind] of [
    [Promise.resolve(undefined), 'a promise of undefined'],
    [Promise.resolve([]), 'a promise of an empty list'],
    [7, '7'],
    [true, 'true'],
    [{}, 'an object'],
    [[], 'an empty list'],
    [null, 'null'],
    [() => bytes, 'a function'],
  ] as const) {
    await rejects(createEngine({ wasm: wasm as unknown as WasmSource }), TypeError, message(kind));
  }
});

test('a Response that failed is an Error with its status, and bytes that are no module a CompileError', async () => {
  await rejects(createEngine({ wasm: new Response('gone', { status: 404 }) }), Error, /^wasm: .*404/);
  const compileError = WebAssembly.CompileError as unknown as ErrorConstructor;
  await rejects(createEngine({ wasm: new Uint8Array(8) }), compileError, /magic/);
  await rejects(createEngine({ wasm: bytes.subarray(0, bytes.length - 10) }), compileError, /./);
});

test('an address without a page that it belongs to is a TypeError, a promise that fails fails as it does', async () => {
  for (const wasm of ['espalier.wasm', '/assets/espalier.wasm', ''])
    await rejects(
      createEngine({ wasm }),
      TypeError,
      new RegExp(`^wasm: expected a URL, whole where .*, got "${wasm}"$`),
    );
  await rejects(createEngine({ wasm: Promise.reject(new Error('offline')) }), Error, /^offline$/);
  await rejects(createEngine({ wasm: new URL('file:///nowhere/espalier.wasm') }), Error, /ENOENT/);
});

test('two engines are independent', async () => {
  const [a, b] = [await createEngine(), await createEngine()];
  assert.is.not(a.arena.memory, b.arena.memory);
  const [atA, atB] = [a.arena.allocate(64), b.arena.allocate(64)];
  assert.is(atA, atB);
  a.f32(atA, 16).fill(1);
  b.f32(atB, 16).fill(2);
  const mean = a.arena.allocate(4);
  a.f32(mean, 1)[0] = -5;
  a.kernels.relu(atA, 16);
  sameBits(b.f32(atB, 16), new Float32Array(16).fill(2), 'the other engine');
  assert.is(b.arena.used, a.arena.used - 64);
});

test('the default engine is made once', async () => {
  const [a, b] = await Promise.all([defaultEngine(), defaultEngine()]);
  assert.is(a, b);
  assert.is(await defaultEngine(), a);
  works(a);
});

test('an engine is made the default', async () => {
  const before = await defaultEngine();
  const engine = await createEngine({ threads: 1 });
  setDefaultEngine(engine);
  assert.is(await defaultEngine(), engine);
  for (const wrong of [undefined, null, {}, createEngine(), 'engine'])
    assert.throws(
      () => setDefaultEngine(wrong as unknown as Engine),
      (error: Error) =>
        error instanceof TypeError && /^engine: expected what createEngine made, got /.test(error.message),
    );
  assert.is(await defaultEngine(), engine);
  setDefaultEngine(before);
});

test('a policy that forbids compiling is named with what it lacks', async () => {
  // As Chromium, Firefox and Safari say it.
  for (const said of [
    "WebAssembly.compile(): violates the following Content Security policy directive because 'unsafe-eval' is not an allowed source",
    'call to WebAssembly.compile() blocked by CSP',
    "Refused to create a WebAssembly object because 'wasm-unsafe-eval' is not allowed by the Content Security Policy directive",
  ]) {
    const forbidden = new WebAssembly.CompileError(said);
    const { compile } = WebAssembly;
    WebAssembly.compile = () => Promise.reject(forbidden);
    try {
      await createEngine({ wasm: bytes });
      assert.unreachable();
    } catch (error) {
      assert.match((error as Error).message, /Content-Security-Policy .* script-src needs 'wasm-unsafe-eval'$/);
      assert.is((error as Error).cause, forbidden);
    } finally {
      WebAssembly.compile = compile;
    }
  }
});

test('scratch is 256 bytes that nothing else is given', async () => {
  const engine = await createEngine();
  assert.is(engine.arena.used, 0);
  const at = engine.arena.allocate(64);
  assert.ok(at >= engine.scratch + 256 || at + 64 <= engine.scratch);
});

test('views show the same bytes in every type, before and after the memory has grown', async () => {
  const engine = await createEngine();
  const at = engine.arena.allocate(16);
  engine.f64(at, 2).set([-2, 0.5]);
  const check = () => {
    sameBits(engine.f64(at, 2), [-2, 0.5], 'f64');
    sameBits(engine.u32(at, 4), [0, 0xc0000000, 0, 0x3fe00000], 'u32');
    sameBits(engine.i32(at, 4), [0, -0x40000000, 0, 0x3fe00000], 'i32');
    sameBits(engine.f32(at, 4), [0, -2, 0, 1.75], 'f32');
    sameBits(engine.u8(plus(at, 7), 1), [0xc0], 'u8');
    sameBits(engine.i8(plus(at, 7), 1), [-0x40], 'i8');
  };
  check();
  const size = engine.arena.memory.buffer.byteLength;
  engine.arena.allocate(2 * size);
  assert.ok(engine.arena.memory.buffer.byteLength > size);
  check();
});

test('a scope gives back all it took, at once and only once', async () => {
  const engine = await createEngine();
  const before = engine.arena.used;
  const scope = engine.scope();
  const kept = engine.arena.allocate(64);
  scope.bytes(100);
  scope.zeros(5);
  scope.copy(Uint8Array.of(1, 2, 3));
  assert.ok(engine.arena.used > before + 64);
  scope.dispose();
  assert.is(engine.arena.used, before + 64);
  const other = engine.arena.allocate(64);
  scope.dispose();
  assert.is(engine.arena.used, before + 128, 'the second dispose frees nothing of others');
  for (const at of [kept, other]) engine.arena.release(at);
  assert.is(engine.arena.used, before);
});

test('zeros of a scope are 0 where something else stood before', async () => {
  const engine = await createEngine();
  const dirty = engine.arena.allocate(400);
  engine.u8(dirty, 400).fill(0xff);
  engine.arena.release(dirty);
  const at = engine.scope().zeros(100);
  assert.is(at, dirty);
  sameBits(engine.u32(at, 100), new Uint32Array(100), 'zeros');
});

test('a scope copies typed arrays of every kind, and parts of them', async () => {
  const engine = await createEngine();
  const scope = engine.scope();
  sameBits(engine.f32(scope.copy(Float32Array.of(1.5, -0)), 2), [1.5, -0], 'f32');
  sameBits(engine.f64(scope.copy(Float64Array.of(0.1)), 1), [0.1], 'f64');
  sameBits(engine.i32(scope.copy(Int32Array.of(-1, 7).subarray(1)), 1), [7], 'a part of an Int32Array');
  sameBits(engine.u32(scope.copy(Uint32Array.of(2 ** 32 - 1)), 1), [2 ** 32 - 1], 'u32');
  sameBits(engine.i8(scope.copy(Int8Array.of(-1, 1)), 2), [-1, 1], 'i8');
  sameBits(engine.u8(scope.copy(Uint8Array.of(1, 255, 3).subarray(1, 2)), 1), [255], 'a part of a Uint8Array');
  scope.copy(new Float32Array(0));
  scope.dispose();
});

test('this runtime has SIMD', () => {
  assert.is(hasSimd(), true);
});

test.run();
