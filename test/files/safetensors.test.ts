import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readSafetensors, type Tensor, type TensorData, writeSafetensors } from '#dist/files/safetensors.js';
import { refuses } from '../support/refuses.js';

/** The tensors of test/golden/make_safetensors.py; as entries, for one is named __proto__. */
const GOLDEN: [string, number[], TensorData][] = [
  ['u64', [2], BigUint64Array.of(0n, 2n ** 64n - 1n)],
  ['i64', [2, 1], BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)],
  ['f64', [3], Float64Array.of(0.1, -1e300, 5e-324)],
  ['__proto__', [1], Float32Array.of(7.5)],
  ['layer.0.weight', [2, 3], Float32Array.of(-0.5, -0.25, 0, 0.25, 0.5, 0.75)],
  ['scalar', [], Float32Array.of(0.1)],
  ['\uff5e', [0, 3], new Float32Array(0)],
  ['\u{1f333}', [2], Float32Array.of(-0, Infinity)],
  ['u32', [1], Uint32Array.of(4294967295)],
  ['i32', [1], Int32Array.of(-2147483648)],
  ['u16', [1], Uint16Array.of(65535)],
  ['i16', [3], Int16Array.of(-32768, 1, 2)],
  ['i8', [2], Int8Array.of(-128, 127)],
  ['u8 "quoted"\n', [3], Uint8Array.of(0, 255, 3)],
];

const record = (list: [string, number[], TensorData][]): Record<string, Tensor> =>
  Object.fromEntries(list.map(([name, shape, data]) => [name, { shape, data }]));

const golden = (name: string) => new Uint8Array(readFileSync(`test/golden/${name}.safetensors`));

/** A file of this header and this many bytes of data. */
function file(header: unknown, dataBytes = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  return bytes;
}

function same(actual: TensorData, expected: TensorData): void {
  assert.is(actual.constructor, expected.constructor);
  assert.equal(
    new Uint8Array(actual.buffer.slice(actual.byteOffset, actual.byteOffset + actual.byteLength)),
    new Uint8Array(expected.buffer.slice(expected.byteOffset, expected.byteOffset + expected.byteLength)),
  );
}

test('the golden file is read', () => {
  const { tensors, metadata } = readSafetensors(golden('small'));
  assert.equal(Object.keys(tensors).sort(), GOLDEN.map(([name]) => name).sort());
  for (const [name, shape, data] of GOLDEN) {
    assert.equal(tensors[name]!.shape, shape, name);
    same(tensors[name]!.data, data);
  }
  assert.equal({ ...metadata }, { a: 'π', format: 'pt' });
});

test('the golden file is written, byte for byte, whatever the order of the names', () => {
  const metadata = { format: 'pt', a: 'π' };
  for (const list of [GOLDEN, [...GOLDEN].reverse()]) {
    assert.equal(writeSafetensors(record(list), metadata), golden('small'));
  }
});

test('names are data: no prototype is touched', () => {
  const { tensors } = readSafetensors(golden('small'));
  assert.is(Object.getPrototypeOf(tensors), null);
  assert.is(tensors.toString, undefined);
  assert.is(({} as { data?: unknown }).data, undefined);
  const notes = JSON.parse('{"__proto__":"x"}');
  assert.equal(Object.entries(readSafetensors(writeSafetensors({}, notes)).metadata), [['__proto__', 'x']]);
});

test('unaligned tensors are copied, booleans are bytes', () => {
  for (let shift = 0; shift < 8; shift++) {
    const bytes = golden('unpadded');
    const moved = new Uint8Array(bytes.length + 8).subarray(shift, shift + bytes.length);
    moved.set(bytes);
    const { tensors, metadata } = readSafetensors(moved);
    same(tensors.flags!.data, Uint8Array.of(1, 0, 1));
    same(tensors.b!.data, Float64Array.of(1.5, -2.5));
    same(tensors.a!.data, Int16Array.of(-7));
    assert.equal(Object.keys(metadata), []);
  }
});

test('what is written is aligned, and aligned tensors are views', () => {
  const bytes = writeSafetensors({
    b: { shape: [3], data: Uint8Array.of(1, 2, 3) },
    a: { shape: [2], data: Float32Array.of(1, 2) },
  });
  assert.is(new DataView(bytes.buffer).getUint32(0, true) % 8, 0);
  const { tensors } = readSafetensors(bytes);
  assert.is(tensors.a!.data.buffer, bytes.buffer);
  assert.is(tensors.b!.data.buffer, bytes.buffer);
});

test('a tensor may be a view itself; a file may be empty', () => {
  const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
  same(readSafetensors(writeSafetensors({ x: { shape: [2], data } })).tensors.x!.data, Float32Array.of(1, 2));
  assert.equal(writeSafetensors({}), Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0, ...Buffer.from('{}      ')));
  assert.equal(Object.keys(readSafetensors(writeSafetensors({})).tensors), []);
});

test('every truncation of a file is refused, and so is a byte too many', () => {
  const bytes = golden('small');
  for (let length = 0; length < bytes.length; length++) {
    refuses(() => readSafetensors(bytes.subarray(0, length)), RangeError, /^(bytes|header|data): expected .* got \d+/);
  }
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  refuses(() => readSafetensors(longer), RangeError, /^data: .* the file is too long$/);
});

test('tampered headers are refused', () => {
  const refused = (header: unknown, dataBytes: number, message: RegExp) =>
    refuses(() => readSafetensors(file(header, dataBytes)), RangeError, message);
  const f32 = (begin: number, end: number, shape: unknown = [(end - begin) / 4]) => ({
    dtype: 'F32',
    shape,
    data_offsets: [begin, end],
  });
  refused({ a: f32(0, 8), b: f32(4, 12) }, 12, /^tensor "b": expected data from byte 8, got 4; it overlaps/);
  refused({ a: f32(0, 8), b: f32(0, 8) }, 8, /^tensor "b": .* overlaps/);
  refused({ a: f32(0, 4), b: f32(8, 12) }, 12, /^tensor "b": expected data from byte 4, got 8; it leaves a gap$/);
  refused({ a: f32(4, 8) }, 8, /^tensor "a": expected data from byte 0, got 4; it leaves a gap$/);
  refused({ a: f32(0, 8) }, 12, /^data: expected 8 bytes, got 12; the file is too long$/);
  refused({ a: f32(0, 8) }, 4, /^data: expected 8 bytes, got 4; the file is truncated$/);
  refused({ a: f32(0, 8, [3]) }, 8, /^tensor "a": expected 12 bytes for F32 of shape \[3\], got 8$/);
  refused({ a: f32(0, 4, [2 ** 40, 2 ** 40]) }, 4, /^tensor "a": expected .* bytes for F32/);
  refused({ a: f32(0, 4, [-1]) }, 4, /^tensor "a": expected a shape of integers from 0, got \[-1\]$/);
  refused({ a: f32(0, 4, [1.5]) }, 4, /shape of integers/);
  refused({ a: f32(0, 4, ['1']) }, 4, /shape of integers/);
  refused({ a: f32(0, 4, undefined) }, 8, /too long$/);
  refused({ a: f32(8, 4, [1]) }, 8, /^tensor "a": expected data_offsets \[begin, end\], got \[8,4\]$/);
  refused({ a: { ...f32(0, 4), data_offsets: [0] } }, 4, /expected data_offsets/);
  refused({ a: { ...f32(0, 4), data_offsets: [0, 2 ** 60] } }, 4, /expected data_offsets/);
  refused({ a: { ...f32(0, 4), dtype: 'F8' } }, 4, /^tensor "a": expected a dtype among .*BOOL, F16, BF16, got "F8"$/);
  refused({ a: { ...f32(0, 4), dtype: 'F16' } }, 4, /^tensor "a": expected 2 bytes for F16 of shape \[1\], got 4$/);
  refused({ a: { ...f32(0, 4), dtype: 'constructor' } }, 4, /expected a dtype among/);
  refused({ a: { shape: [1], data_offsets: [0, 4] } }, 4, /expected a dtype among .* got undefined$/);
  refused({ a: null }, 0, /^tensor "a": expected an object, got null$/);
  refused({ __metadata__: 'x' }, 0, /^header: expected an object for __metadata__, got "x"$/);
  refused({ __metadata__: { a: 1 } }, 0, /^metadata "a": expected a string, got 1$/);
  const info = JSON.stringify(f32(0, 4));
  refused(`{"a":${info},"a":${info}}`, 4, /^header: expected distinct names, got "a" twice$/);
  refused(`{"a":${info},"\\u0061" : ${info}}`, 4, /^header: expected distinct names, got "a" twice$/);
  refused(`{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}`, 4, /distinct names, got "shape" twice/);
  refused('{"__metadata__":{},"__metadata__":{}}', 0, /distinct names, got "__metadata__" twice$/);
  refused('[]', 0, /^header: expected a JSON object from its first byte/);
  refused(' {}', 0, /from its first byte/);
  refused('', 0, /from its first byte/);
  refused('{"a"', 0, /^header: expected JSON in UTF-8, got /);
  refused('{} x', 0, /^header: expected JSON in UTF-8, got /);
  const broken = file('{"é":1}');
  broken[10] = 0xff;
  refuses(() => readSafetensors(broken), RangeError, /^header: expected JSON in UTF-8, got /);
});

test('equal strings that are not keys of one object are no duplicates', () => {
  const info = (begin: number) => ({ dtype: 'U8', shape: [1], data_offsets: [begin, begin + 1] });
  const header = { __metadata__: { a: 'a', dtype: '{"x":1,"x":2}' }, a: info(0), dtype: info(1) };
  const { tensors, metadata } = readSafetensors(file(header, 2));
  assert.equal(Object.keys(tensors), ['a', 'dtype']);
  assert.is(metadata.dtype, '{"x":1,"x":2}');
});

test('a header announced as huge is refused before it is looked for', () => {
  const bytes = file('{}');
  bytes[7] = 0x80;
  refuses(
    () => readSafetensors(bytes),
    RangeError,
    /^header: expected at most 100000000 bytes, got 9223372036854775810; is this a safetensors file\?$/,
  );
  refuses(() => readSafetensors([] as unknown as Uint8Array), TypeError, /^bytes: expected Uint8Array/);
});

test('what cannot be written is refused', () => {
  const data = Float32Array.of(1, 2);
  const refused = (tensors: unknown, message: RegExp, kind: typeof TypeError | typeof RangeError = RangeError) =>
    refuses(() => writeSafetensors(tensors as Record<string, Tensor>), kind, message);
  refused({ a: { shape: [3], data } }, /^tensors\["a"\]: expected 3 numbers for shape \[3\], got 2$/);
  refused({ a: { shape: [-2], data } }, /^tensors\["a"\].shape: expected integers from 0, got \[-2\]$/);
  refused({ a: { data } }, /^tensors\["a"\].shape: .* got undefined$/);
  refused({ a: { shape: [2], data: [1, 2] } }, /^tensors\["a"\].data: expected a typed array, got \[1,2\]$/, TypeError);
  refused({ a: undefined }, /^tensors\["a"\].data: expected a typed array, got undefined$/, TypeError);
  refused({ __metadata__: { shape: [2], data } }, /^tensors: expected names other than __metadata__/);
  refused({ '\ud800': { shape: [2], data } }, /^tensors: expected well-formed Unicode/);
  refuses(
    () => writeSafetensors({}, { a: 1 as unknown as string }),
    TypeError,
    /^metadata.a: expected a string, got 1$/,
  );
  refuses(() => writeSafetensors({}, { a: '\udc00' }), RangeError, /^metadata.a: expected well-formed Unicode/);
});

test('what is no record of tensors or metadata is refused', () => {
  for (const other of [5, 'x', null, [], undefined])
    refuses(() => writeSafetensors(other as never), TypeError, /^tensors: expected an object, got /);
  for (const other of [5, 'x', null, []])
    refuses(() => writeSafetensors({}, other as never), TypeError, /^metadata: expected an object, got /);
  refuses(
    () => readSafetensors(new ArrayBuffer(9) as never),
    TypeError,
    /^bytes: expected Uint8Array, got an ArrayBuffer$/,
  );
});

test('headers that nest deep are refused before anything walks them', () => {
  const levels = (n: number, open: string, close: string) => `{"a":${open.repeat(n)}0${close.repeat(n)}}`;
  for (const [open, close] of [
    ['[', ']'],
    ['{"b":', '}'],
  ] as const) {
    for (const n of [64, 1000, 1_000_000])
      refuses(
        () => readSafetensors(file(levels(n, open, close))),
        RangeError,
        /^header: expected JSON of at most 64 levels, got more$/,
      );
    // Within the limit, and no entry all the same.
    refuses(() => readSafetensors(file(levels(60, open, close))), RangeError, /^tensor "a": expected /);
  }
  // Brackets within strings are none.
  const note = '[{'.repeat(1000);
  assert.is(readSafetensors(file({ __metadata__: { note } })).metadata.note, note);
});

test('strings of any length and names of any kind are told apart', () => {
  const long = 'x'.repeat(9_000_000);
  const bytes = writeSafetensors({}, { long, 'a "b\\': `\\"${'\\'.repeat(99)}` });
  assert.is(readSafetensors(bytes).metadata.long, long);
  for (const [text, name] of [
    [`{"__metadata__":{"long":"${long}","n":"","n":""}}`, 'n'],
    ['{"__metadata__":{"n" :"", "\\u006e"\n: ""}}', 'n'],
    ['{"__metadata__":{},"__metadata__":{}}', '__metadata__'],
    ['{"__metadata__":{"a\\\\":"","a\\\\":""}}', 'a\\'],
  ] as const)
    refuses(
      () => readSafetensors(file(text)),
      RangeError,
      new RegExp(`^header: expected distinct names, got ${JSON.stringify(name).replaceAll('\\', '\\\\')} twice$`),
    );
  // The same name in two objects, and as a text, is none twice.
  assert.is(readSafetensors(file('{"__metadata__":{"n":"n","m":"\\"n\\":"}}')).metadata.n, 'n');
});

test('a header that no reader takes is not written', () => {
  const half = 'x'.repeat(51_000_000);
  for (const metadata of [{ a: `${half}${half}` }, { a: half, b: half }])
    refuses(
      () => writeSafetensors({}, metadata as never),
      RangeError,
      /^tensors: expected a header \(names and metadata\) of at most 100000000 bytes, got \d+$/,
    );
});

/** Tensors of these two bytes a number, read. */
function halves(dtype: string, bytes: Uint8Array): Float32Array {
  const shape = [bytes.length / 2];
  // An odd name, for data at an odd place.
  const whole = file({ a: { dtype, shape, data_offsets: [0, bytes.length] } }, bytes.length);
  whole.set(bytes, whole.length - bytes.length);
  return readSafetensors(whole).tensors.a!.data as Float32Array;
}

const PATTERNS = Uint8Array.from({ length: 2 * 65536 }, (_, i) => (i % 2 ? i >> 9 : i >> 1));

test('halves are widened exactly', () => {
  assert.equal(halves('F16', Uint8Array.of(0x00, 0x3c, 0x00, 0x40)), Float32Array.of(1, 2));
  assert.equal(halves('BF16', Uint8Array.of(0x80, 0x3f, 0x00, 0x40)), Float32Array.of(1, 2));
});

test('every F16 is as NumPy widens it, bit by bit, and as its formula says', () => {
  const read = halves('F16', PATTERNS);
  // np.arange(65536, dtype='<u2').view('<f2').astype('<f4').tobytes()
  const numpy = 'f4fdd084f85448d28c84f20fabf4022ba938e40b7f382d2727dec6f41ac6267a';
  assert.is(createHash('sha256').update(new Uint8Array(read.buffer)).digest('hex'), numpy);
  for (let half = 0; half < 65536; half++) {
    const [sign, exponent, fraction] = [half >> 15 ? -1 : 1, (half >> 10) & 31, half & 1023];
    let value = sign * (exponent ? 1 + fraction / 1024 : fraction / 1024) * 2 ** (Math.max(exponent, 1) - 15);
    if (exponent === 31) value = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    if (!Object.is(read[half], value)) assert.unreachable(`${half}: ${read[half]}, expected ${value}`);
  }
});

test('every BF16 is the float whose upper half it is', () => {
  const read = halves('BF16', PATTERNS);
  const view = new DataView(new ArrayBuffer(4));
  for (let half = 0; half < 65536; half++) {
    view.setUint16(0, half);
    if (!Object.is(read[half], view.getFloat32(0))) assert.unreachable(`${half}: ${read[half]}`);
  }
  const bits = new Uint32Array(read.buffer);
  assert.ok(bits.every((word, half) => word === half * 65536));
});

test.run();
