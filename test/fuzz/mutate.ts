import type { Random } from '../support/random.js';

/** Numbers as text that readers may stumble over; some are none in JSON. */
const EXTREME =
  '0 -0 -1 1 0.1 255 256 65536 2147483647 2147483648 4294967295 4294967296 9007199254740993 99999999999999999999 1e308 -1e308 1e-320 1e999 NaN Infinity null true "" [] {}'.split(
    ' ',
  );
const DEPTHS = [3, 60, 4000, 100_000];
const LONGEST_RUN = 64;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A damaged copy: one mutation of bytes. `others`: inputs to splice with. */
export function mutateBytes(random: Random, input: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  const at = random.below(input.length + 1);
  const length = 1 + random.below(Math.min(LONGEST_RUN, Math.max(1, input.length)));
  const [before, after] = [input.subarray(0, at), input.subarray(at)];
  switch (random.below(9)) {
    case 0:
    case 1:
      return flipped(random, input);
    case 2:
      return joined(before, after.subarray(length));
    case 3:
      return joined(before, after.subarray(0, length), after);
    case 4:
      return joined(
        before,
        Uint8Array.from({ length }, () => random.below(256)),
        after,
      );
    case 5:
      return before.slice();
    case 6:
      return joined(input, new Uint8Array(length).fill(random.below(256)));
    case 7: {
      const other = others[random.below(others.length)]!;
      return joined(before, other.subarray(random.below(other.length + 1)));
    }
    default:
      return withSize(random, input);
  }
}

function flipped(random: Random, input: Uint8Array): Uint8Array {
  const bytes = input.slice();
  if (bytes.length > 0) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
  return bytes;
}

/** Four bytes become a number that a length or an offset might be, either end first; half the time among the first bytes, where headers are. */
function withSize(random: Random, input: Uint8Array): Uint8Array {
  if (input.length < 4) return flipped(random, input);
  const bytes = input.slice();
  const size = [0, 1, 255, 0x7fffffff, 0x80000000, 0xffffffff, input.length, random.below(2 ** 31)][random.below(8)]!;
  const at = random.below(random.chance(0.5) ? Math.min(24, bytes.length - 3) : bytes.length - 3);
  new DataView(bytes.buffer).setUint32(at, size, random.chance(0.5));
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A damaged copy of a text: a number in it becomes an extreme one, a line or a cell goes or comes twice, or bytes change. */
export function mutateText(random: Random, input: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  const text = decoder.decode(input);
  if (random.chance(0.35)) return encoder.encode(withNumber(random, text));
  if (random.chance(0.4)) {
    const separator = random.chance(0.5) ? '\n' : ',';
    const parts = text.split(separator);
    const at = random.below(parts.length);
    const piece = random.chance(0.3)
      ? [' \r', '"', ':', '?', '\ufeff', '\u00a0', ''][random.below(7)]!
      : parts[random.below(parts.length)]!;
    parts.splice(at, random.below(2), ...(random.chance(0.7) ? [piece] : []));
    return encoder.encode(parts.join(separator));
  }
  // As a reader of files would, who decodes before anything else.
  return encoder.encode(decoder.decode(mutateBytes(random, input, others)));
}

function withNumber(random: Random, text: string): string {
  const numbers = [...text.matchAll(/-?\d+(?:\.\d+)?(?:e-?\d+)?/g)];
  if (numbers.length === 0) return text;
  const { 0: found, index } = numbers[random.below(numbers.length)]!;
  const extreme = random.chance(0.1) ? '9'.repeat(10 ** (1 + random.below(3))) : EXTREME[random.below(EXTREME.length)]!;
  return text.slice(0, index) + extreme + text.slice(index + found.length);
}

/** A damaged copy of a JSON text that is JSON still, mostly: a key goes, changes its name or its value's kind, lists change, values nest deeply. */
export function mutateJson(random: Random, text: string): string {
  if (random.chance(0.1)) return decoder.decode(mutateText(random, encoder.encode(text), [encoder.encode(text)]));
  const root = { json: JSON.parse(text) as unknown };
  const places: [object, string][] = [];
  const visit = (holder: object) => {
    for (const [key, value] of Object.entries(holder)) {
      places.push([holder, key]);
      if (typeof value === 'object' && value !== null) visit(value);
    }
  };
  visit(root);
  const [holder, key] = places[random.below(places.length)]!;
  const at = holder as Record<string, unknown>;
  const mark = '\u0001mark';
  let put = '';
  switch (random.below(6)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete at[key];
      break;
    case 1:
      if (Array.isArray(holder)) holder.splice(Number(key), 0, structuredClone(at[key]));
      else at[`${key}x`] = at[key];
      break;
    case 2:
      at[key] = mark;
      put = EXTREME[random.below(EXTREME.length)]!;
      break;
    case 3: {
      const depth = DEPTHS[random.below(DEPTHS.length)]!;
      at[key] = mark;
      put = random.chance(0.5)
        ? '['.repeat(depth) + ']'.repeat(depth)
        : `${'{"a":'.repeat(depth)}0${'}'.repeat(depth)}`;
      break;
    }
    case 4: {
      const [other, name] = places[random.below(places.length)]!;
      at[key] = structuredClone((other as Record<string, unknown>)[name]);
      break;
    }
    default:
      at[key] = ['x', -1, 2 ** 31, 1e300, 0.5, false, null, {}, [], [null], ['a', 'a']][random.below(11)];
  }
  const json = JSON.stringify(root.json) ?? 'null';
  return put === '' ? json : json.replace(JSON.stringify(mark), put);
}

/** A damaged safetensors file: its header as JSON, or a metadata entry that is JSON, changes and the header's length fits again; or bytes change. */
export function mutateSafetensors(random: Random, input: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  if (random.chance(0.5)) return mutateBytes(random, input, others);
  const length = Number(new DataView(input.buffer, input.byteOffset, 8).getBigUint64(0, true));
  const header = JSON.parse(decoder.decode(input.subarray(8, 8 + length))) as Record<string, unknown>;
  const metadata = (header.__metadata__ ?? {}) as Record<string, string>;
  const inner = Object.keys(metadata).filter((key) => metadata[key]!.startsWith('{'));
  const key = inner[random.below(inner.length)];
  let text: string;
  if (key === undefined || random.chance(0.4)) text = mutateJson(random, JSON.stringify(header));
  else text = JSON.stringify({ ...header, __metadata__: { ...metadata, [key]: mutateJson(random, metadata[key]!) } });
  const json = encoder.encode(text);
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  padded.set(json);
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(padded.length), true);
  return joined(size, padded, input.subarray(8 + length));
}
