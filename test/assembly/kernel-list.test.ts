// The module itself, and the list of kernels: nothing is exported without a declaration and a test, nothing is imported but the memory.
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unpacked } from '#dist/runtime/modules.js';
import { packed } from '#dist/runtime/wasm-bytes.js';
import { sameBits } from '../support/numbers.js';
import { testFileOf } from './kernel-list.js';

const root = new URL('../../../', import.meta.url);
const bytes = readFileSync(new URL('dist/wasm/espalier.wasm', root));
const module = new WebAssembly.Module(bytes);
const declarations = readFileSync(new URL('src/runtime/kernels.ts', root), 'utf8');

/** Ids of a module's sections, in file order. */
function sections(wasm: Uint8Array): number[] {
  const ids: number[] = [];
  for (let at = 8; at < wasm.length; ) {
    ids.push(wasm[at++]!);
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++]!;
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    at += size;
  }
  return ids;
}

const START = 8;
const DATA = [11, 12];

test('the module imports env.memory and nothing else', () => {
  // Some engines tell the kind of memory too.
  const imports = WebAssembly.Module.imports(module).map(({ module, name, kind }) => [module, name, kind]);
  assert.equal(imports, [['env', 'memory', 'memory']]);
});

test('the module has no data segments and no start function', () => {
  const ids = sections(bytes);
  assert.ok(ids.includes(10), 'the code section was found');
  for (const id of [START, ...DATA]) assert.not.ok(ids.includes(id), `section ${id}`);
});

test('a module with a data segment and a start function would be noticed', () => {
  const empty = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const type = [1, 4, 1, 0x60, 0, 0];
  const func = [3, 2, 1, 0];
  const memory = [5, 3, 1, 0, 1];
  const start = [8, 1, 0];
  const code = [10, 4, 1, 2, 0, 0x0b];
  const data = [11, 7, 1, 0, 0x41, 0, 0x0b, 1, 42];
  const wasm = Uint8Array.from([...empty, ...type, ...func, ...memory, ...start, ...code, ...data]);
  assert.ok(WebAssembly.validate(wasm));
  assert.equal(sections(wasm), [1, 3, 5, START, 10, DATA[0]!]);
});

test('the inlined bytes are the module', () => {
  sameBits(unpacked(packed), bytes, 'bytes');
});

test('every export is declared in src/runtime/kernels.ts with as many parameters, and the other way round', () => {
  const declared = [...declarations.matchAll(/^ {2}(\w+)\(([^)]*)\): (?:void|number);/gm)].map(([, name, list]) => ({
    name: name!,
    parameters: list!.split(',').filter((parameter) => parameter.trim()).length,
  }));
  const instance = new WebAssembly.Instance(module, {
    env: { memory: new WebAssembly.Memory({ initial: 1, maximum: 65536 }) },
  });
  const exported = Object.entries(instance.exports)
    .filter(([, value]) => typeof value === 'function')
    .map(([name, value]) => ({ name, parameters: (value as CallableFunction).length }));
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  assert.equal(declared.sort(byName), exported.sort(byName));
  const others = Object.keys(instance.exports).filter((name) => typeof instance.exports[name] !== 'function');
  assert.equal(others, ['memory']);
});

test('every kernel of the module is in the list of tests, and the other way round', () => {
  const exported = WebAssembly.Module.exports(module).filter(({ kind }) => kind === 'function');
  assert.equal(Object.keys(testFileOf).sort(), exported.map(({ name }) => name).sort());
});

test('every kernel has a kernelTest in the file that the list names', () => {
  for (const [kernel, file] of Object.entries(testFileOf)) {
    const source = new URL(`test/assembly/${file}`, root);
    assert.ok(existsSync(source), `${file} is missing`);
    const called = new RegExp(`\\bkernelTest\\(\\s*'${kernel}',`).test(readFileSync(source, 'utf8'));
    assert.ok(called, `${file} has no kernelTest('${kernel}', …)`);
  }
});

test.run();
