// Builds other than the strict one in registers of 128 bits: tested before use, refused with a reason, and without any influence on the bits where they are wide.
import { readFileSync } from 'node:fs';
import binaryen from 'binaryen';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Asked, buildFor } from '#dist/runtime/builds/builds.js';
import { callMemory, TILES } from '#dist/runtime/builds/call-list.js';
import { Calls } from '#dist/runtime/builds/calls.js';
import { firstDiffering, nearEnough, sameBits, written } from '#dist/runtime/builds/self-test.js';
import { marked } from '#dist/runtime/builds/wide.js';
import { createEngine } from '#dist/runtime/engine.js';
import type { Kernels } from '#dist/runtime/kernels.js';
import { bytesOf, compile, kernelsOf, STRICT_BUILD, unpacked } from '#dist/runtime/modules.js';
import { shareable } from '#dist/runtime/threads/shared-module.js';

const root = new URL('../../../', import.meta.url);
const strict = (await bytesOf(undefined)) as Uint8Array<ArrayBuffer>;
const node = Number(process.versions.node.split('.')[0]);
const core = { kernelsOf, unpacked, shareable, compile, strictBuild: STRICT_BUILD };
const asked: Asked = { strict, relaxed: false, wide: true, shared: false };

/** The strict kernels on a memory of their own, or what `change` makes of them. */
async function callsOf(change: (kernels: Kernels, memory: { buffer: ArrayBuffer }) => Kernels = (same) => same) {
  const memory = callMemory(false);
  const kernels = await kernelsOf([await WebAssembly.compile(strict)], memory);
  return new Calls(change(kernels, memory), memory);
}

/** These kernels, of which one adds `error` to the first number that it writes and to what it answers, if only with tiles of sixteen columns. */
function broken(name: keyof Kernels, error: number, onlySixteen = false) {
  return (kernels: Kernels, memory: { buffer: ArrayBuffer }): Kernels => {
    const call = kernels[name] as (...values: number[]) => number;
    const wrong = (...values: number[]) => {
      const result = call(...values);
      if (onlySixteen && !new Uint32Array(memory.buffer)[TILES / 4]) return result;
      const at = values[0]! / 4;
      const words = new Uint32Array(memory.buffer);
      const before = words[at]!;
      new Float32Array(memory.buffer)[at]! += error;
      // Half of a double may be too large a float to become another.
      if (words[at] === before) words[at] = before + 1;
      return result + error;
    };
    return { ...kernels, [name]: wrong };
  };
}

/** The error that it is refused with. */
async function refusal(call: () => Promise<unknown>): Promise<Error> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was not refused');
}

const expected = written(await callsOf());
const names = new Set((await callsOf()).outputs.map(({ name }) => name));

test('the calls write numbers that are finite and not all the same', async () => {
  const { outputs } = await callsOf();
  assert.ok(outputs.length >= 25);
  outputs.forEach(({ name, kind }, i) => {
    const { buffer } = expected[i]!;
    const values = kind === 'f32' ? new Float32Array(buffer) : kind === 'f64' ? new Float64Array(buffer) : undefined;
    if (!values) return;
    assert.ok(values.every(Number.isFinite), name);
    assert.ok(new Set(values).size > values.length / 4, name);
  });
});

test('every kernel that computes on 128 bits is called, and those that choose between tiles are warmed with both', async () => {
  const called = new Map<string, Set<boolean>>();
  const calls = await callsOf((kernels, memory) => {
    const heard = Object.entries(kernels).map(([name, call]) => [
      name,
      (...values: number[]) => {
        const sixteen = new Uint32Array(memory.buffer)[TILES / 4] === 1;
        called.set(name, (called.get(name) ?? new Set()).add(sixteen));
        return (call as (...values: number[]) => number)(...values);
      },
    ]);
    return Object.fromEntries(heard) as Kernels;
  });
  calls.warm(0);
  const vector = kernelsWith(/\b(?:v128|[if]\d+x\d+)\./);
  assert.ok(vector.length > 50 && vector.includes('latent_pair_em') && !vector.includes('prim_keep'), vector.join());
  assert.equal(
    vector.filter((name) => !called.has(name)),
    [],
  );
  const tiled = kernelsWith(new RegExp(`load(?:8_u)?(?: offset=${TILES}|\\s*\\n?\\s*\\(i32.const ${TILES}\\))`));
  assert.ok(tiled.includes('gemm') && tiled.length >= 4, tiled.join());
  for (const name of tiled) assert.equal(called.get(name), new Set([true, false]), name);
});

const text = binaryen.readBinary(strict).emitText();

/** Kernels in whose code, or in that of what they call, this stands. */
function kernelsWith(pattern: RegExp): string[] {
  const code = new Map([...text.matchAll(/^ \(func \$(\S+)[\s\S]*?^ \)$/gm)].map(([body, name]) => [name!, body]));
  const has = (name: string): boolean => {
    const body = code.get(name)!;
    return pattern.test(body) || [...body.matchAll(/\(call \$([^\s)]+)/g)].some(([, callee]) => has(callee!));
  };
  const exported = [...text.matchAll(/\(export "([^"]+)" \(func \$([^)]+)\)\)/g)];
  return exported.filter(([, , name]) => has(name!)).map(([, name]) => name!);
}

test('kernels that do what they should pass, with tiles of eight and of sixteen columns', async () => {
  assert.is(firstDiffering(await callsOf(), expected, sameBits), undefined);
});

function writesTheSame(calls: Calls): boolean {
  try {
    const found = written(calls);
    return calls.outputs.every((output, i) => sameBits(output, found[i]!, expected[i]!));
  } catch {
    // Of a wrong list.
    return false;
  }
}

test('a wrong bit of any kernel that is called is found', async () => {
  // Others have a number of the caller's first, or are found by what they feed.
  for (const name of names) {
    if (name === 'winograd_gradient') continue;
    const calls = await callsOf(broken(name as keyof Kernels, 1e-3));
    assert.not.ok(writesTheSame(calls), name);
  }
  assert.is(firstDiffering(await callsOf(broken('gemm', 1e-3, true)), expected, sameBits), 'gemm');
});

test('of relaxed kernels, rounding is let pass and more is found', async () => {
  for (const [error, found] of [
    [1e-7, undefined],
    [1e-3, 'spmm'],
    [Number.NaN, 'spmm'],
  ] as const)
    assert.is(firstDiffering(await callsOf(broken('spmm', error)), expected, nearEnough), found);
});

test('a section that nobody reads makes other bytes of the same module', async () => {
  const bytes = marked(strict, 'wide');
  assert.is(bytes.length, strict.length + 7);
  const module = await WebAssembly.compile(bytes);
  assert.is(WebAssembly.Module.customSections(module, 'wide').length, 1);
});

test('not asked for: strict, narrow, and why', async () => {
  const { build } = await createEngine({ wide: false });
  assert.equal(build, { precision: 'strict', fused: false, wide: false, reasons: ['wide was not asked for'] });
});

test('wide where it cannot be had is no error: a reason, and an engine that computes', async () => {
  if (node >= 24) return;
  const engine = await createEngine({ wide: true, threads: 1 });
  assert.is(engine.build.wide, false);
  assert.match(engine.build.reasons[0]!, /^V8 [\w.-]+ has no wide registers that work: Node 24 or later has them$/);
  assert.is(engine.u32(TILES, 1)[0], 0);
});

test('of a compiled module nothing can be made wide', async () => {
  const engine = await createEngine({ wide: true, wasm: await WebAssembly.compile(strict) });
  assert.equal(engine.build.reasons, ['wasm is a compiled module: pass its bytes']);
});

test('ESPALIER_WIDE=1 asks for it, other values do not, and the option wins', async () => {
  const before = process.env.ESPALIER_WIDE;
  const isAsked = async (value: string, wide?: boolean) => {
    process.env.ESPALIER_WIDE = value;
    const { build } = await createEngine({ threads: 1, ...(wide === undefined ? {} : { wide }) });
    return build.wide || build.reasons[0] !== STRICT_BUILD.reasons[0];
  };
  try {
    assert.is(await isAsked('1'), true);
    for (const value of ['', '0', 'false', 'yes']) assert.is(await isAsked(value), false, value);
    assert.is(await isAsked('1', false), false);
    assert.is(await isAsked('0', true), true);
  } finally {
    if (before === undefined) delete process.env.ESPALIER_WIDE;
    else process.env.ESPALIER_WIDE = before;
  }
});

test('kernels that fail their test in wide registers are refused with their name, and the narrow ones used', async () => {
  if (node < 24 || process.arch !== 'x64') return;
  const wrong = broken('sddmm', 1e-3);
  const had = await buildFor(asked, {
    ...core,
    kernelsOf: async (modules, memory) => {
      const kernels = await kernelsOf(modules, memory);
      const isWide = WebAssembly.Module.customSections(modules[0]!, 'wide').length > 0;
      return isWide ? wrong(kernels, memory as { buffer: ArrayBuffer }) : kernels;
    },
  });
  assert.is(had.build.wide, false);
  assert.equal(had.build.reasons, ['the kernels failed their test in wide registers: sddmm']);
  assert.is(WebAssembly.Module.customSections(had.modules[0]!, 'wide').length, 0);
});

const RELAXED =
  /^precision: relaxed kernels need relaxed SIMD, which this runtime has not: Node 22, Chrome 114, Firefox 145 or later have it$/;

test("precision 'relaxed' is refused where the runtime has no relaxed SIMD, and had elsewhere", async () => {
  if (node < 22) {
    assert.match((await refusal(() => createEngine({ precision: 'relaxed' }))).message, RELAXED);
    return;
  }
  const { build, kernels } = await createEngine({ precision: 'relaxed', wide: false });
  assert.is(build.precision, 'relaxed');
  assert.type(build.fused, 'boolean');
  assert.is(Object.keys(kernels).join(), Object.keys((await createEngine({ threads: 1 })).kernels).join());
});

test('relaxed kernels that fail their test are refused with an Error that names one', async () => {
  if (node < 22) return;
  const { message } = await refusal(() =>
    buildFor(
      { ...asked, relaxed: true },
      {
        ...core,
        kernelsOf: async (modules, memory) => {
          const kernels = await kernelsOf(modules, memory);
          return modules.length > 1 ? broken('gemm', 1e-3)(kernels, memory as { buffer: ArrayBuffer }) : kernels;
        },
      },
    ),
  );
  assert.is(message, 'precision: the relaxed kernels of this runtime failed their test: gemm');
});

/** The functions of a file of assembly/: name to text, and which file each imported name is from. */
function sourceOf(file: string): { bodies: Map<string, string>; from: Map<string, string> } {
  const code = readFileSync(new URL(`assembly/${file}.ts`, root), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  const parts = code.split(/^(?:export )?function /m);
  const bodies = new Map(parts.slice(1).map((part) => [part.slice(0, part.indexOf('(')), part]));
  const from = new Map<string, string>();
  for (const [, names, path] of code.matchAll(/(?:im|ex)port \{([^}]*)\} from '\.\/([\w-]+)'/g))
    for (const name of names!.split(',')) if (name.trim()) from.set(name.trim(), path!);
  return { bodies, from };
}

const sources = new Map<string, ReturnType<typeof sourceOf>>();

/** Whether a function comes to madd or nmadd, by whatever it calls. */
function multiplyAdds(file: string, name: string, seen = new Set<string>()): boolean {
  if (name === 'madd' || name === 'nmadd') return true;
  if (seen.has(`${file}.${name}`)) return false;
  seen.add(`${file}.${name}`);
  if (!sources.has(file)) sources.set(file, sourceOf(file));
  const { bodies, from } = sources.get(file)!;
  const body = bodies.get(name);
  if (body === undefined) return from.has(name) && multiplyAdds(from.get(name)!, name, seen);
  const called = [...body.slice(name.length).matchAll(/\b(\w+)\(/g)].map(([, inner]) => inner!);
  return called.some((inner) => multiplyAdds(file, inner, seen));
}

test('the relaxed build has the kernels that come to a multiply-add, and they alone', () => {
  const { from } = sourceOf('index');
  const kernels = [...from.keys()].filter((name) => multiplyAdds('index', name));
  assert.ok(kernels.length >= 15 && kernels.length < from.size / 2);
  assert.equal([...sourceOf('relaxed').from.keys()].sort(), kernels.sort());
  // As compiled, too.
  const wat = readFileSync(new URL('build/espalier-relaxed.wat', root), 'utf8');
  const exported = [...wat.matchAll(/\(export "(\w+)" \(func/g)].map(([, name]) => name!);
  assert.equal(exported.sort(), kernels);
  assert.ok(wat.includes('f32x4.relaxed_madd') && wat.includes('f32x4.relaxed_nmadd'));
});

test('where a kernel of the relaxed build adds a product, it is by madd or nmadd', () => {
  const files = new Set(sourceOf('relaxed').from.values());
  for (const file of ['product', 'winograd-blocks', 'winograd-transforms', ...files]) {
    const code = readFileSync(new URL(`assembly/${file}.ts`, root), 'utf8');
    const loose = code.split('\n').filter((line) => /f32x4\.(add|sub)\([^,;]*, f32x4\.mul\(/.test(line));
    // Whether numbers are finite is no sum.
    assert.equal(
      loose.filter((line) => !line.includes('zero))')),
      [],
      file,
    );
  }
});

test.run();
