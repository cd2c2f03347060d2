// The kernels once more, every access to memory checked: what asc wrote as text, each load, store, fill and copy replaced by a call of a function that
// looks whether the bytes lie in one of the current call's ranges, and then does it.
import binaryen from 'assemblyscript/binaryen';
import { HINT_SLOTS, HINTS, RANGE_BYTES, RANGES } from './layout.js';

/** An access of the kernels' code: `v128.load offset=16` in `assembly/product/dense4x8`. */
export interface Site {
  readonly instruction: string;
  readonly function: string;
}

export interface Guarded {
  readonly bytes: Uint8Array;
  /** By the number that a violation leaves in the global `guard_site`. */
  readonly sites: readonly Site[];
}

/** The guarded module of a module in WebAssembly text, one instruction a line. */
export function instrument(wat: string): Guarded {
  const { text, sites } = checkedText(wat);
  const module = binaryen.parseText(text);
  module.setFeatures(
    binaryen.Features.SIMD128 |
      binaryen.Features.BulkMemory |
      binaryen.Features.BulkMemoryOpt |
      binaryen.Features.MutableGlobals |
      binaryen.Features.SignExt |
      binaryen.Features.NontrappingFPToInt,
  );
  if (!module.validate()) throw new Error('the guarded module is not valid');
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setAlwaysInlineMaxSize(60);
  module.runPasses(['inlining', 'simplify-locals', 'coalesce-locals', 'vacuum']);
  const bytes = module.emitBinary();
  module.dispose();
  return { bytes, sites };
}

/** The text with its accesses replaced, and what they were. */
export function checkedText(wat: string): { text: string; sites: Site[] } {
  const sites: Site[] = [];
  const checked = new Map<string, string>();
  let within = '';
  const lines = wat.split('\n').map((line) => {
    within = /^ \(func \$(\S+)/.exec(line)?.[1] ?? within;
    const access = accessOf(line);
    if (!access) return line;
    const { name, offset } = access;
    if (!checked.has(name)) checked.set(name, checkedFunction(access));
    sites.push({ instruction: line.trim(), function: within });
    return `i32.const ${offset}\ni32.const ${sites.length - 1}\ncall $checked_${name}`;
  });
  const end = lines.lastIndexOf(')');
  lines.splice(end, 0, GUARD, ...checked.values());
  return { text: lines.join('\n'), sites };
}

interface Access {
  /** A name for the instruction with its lane. */
  readonly name: string;
  readonly instruction: string;
  readonly lane: string;
  readonly offset: number;
  readonly bytes: number;
}

/** What a line does with memory; nothing if it does not touch it. */
function accessOf(line: string): Access | undefined {
  const word = line.trim().split(' ')[0]!;
  if (!/^(\w+\.(load|store|atomic)|memory\.(?!size$)|table\.|data\.)/.test(word)) return undefined;
  const found = /^(\S+?)(?: offset=(\d+))?(?: align=\d+)?(?: (\d+))?$/.exec(line.trim());
  const bytes = found ? bytesOf(found[1]!) : undefined;
  if (!found || bytes === undefined) throw new Error(`an access that the guard does not know: ${line.trim()}`);
  const [, instruction, offset = '0', lane = ''] = found;
  return {
    name: `${instruction}${lane && `_${lane}`}`,
    instruction: instruction!,
    lane,
    offset: Number(offset),
    bytes,
  };
}

/** Bytes that an instruction touches; 0 where it is told how many. */
function bytesOf(instruction: string): number | undefined {
  if (instruction === 'memory.fill' || instruction === 'memory.copy') return 0;
  const [, type, width] =
    /^(i32|i64|f32|f64|v128)\.(?:load|store)(\d*)(?:_[su]|_splat|_zero|_lane)?$/.exec(instruction) ?? [];
  if (type === undefined) return undefined;
  return (width ? Number(width) : Number(type.slice(1))) / 8;
}

/** A function that takes what the instruction takes, then the offset and the site; checks; and does it. */
function checkedFunction({ name, instruction, lane, bytes }: Access): string {
  const type = instruction.split('.')[0]!;
  const head = (operands: string) => `(func $checked_${name} ${operands} (param $offset i32) (param $site i32)`;
  if (bytes === 0) {
    const source =
      instruction === 'memory.copy' ? '(call $guard (local.get $value) (local.get $n) (local.get $site))' : '';
    return `${head('(param $at i32) (param $value i32) (param $n i32)')}
      (if (local.get $n) (then (call $guard (local.get $at) (local.get $n) (local.get $site)) ${source}))
      (${instruction} (local.get $at) (local.get $value) (local.get $n)))`;
  }
  const check = `(local.set $at (i32.add (local.get $at) (local.get $offset)))
      (call $guard (local.get $at) (i32.const ${bytes}) (local.get $site))`;
  if (instruction.includes('.store'))
    return `${head(`(param $at i32) (param $value ${type})`)} ${check}
      (${instruction} ${lane} (local.get $at) (local.get $value)))`;
  if (lane)
    return `${head('(param $at i32) (param $value v128)')} (result v128) ${check}
      (${instruction} ${lane} (local.get $at) (local.get $value)))`;
  return `${head('(param $at i32)')} (result ${type}) ${check} (${instruction} (local.get $at)))`;
}

/**
 * The guard of `bytes` bytes at an address. The range in which a site's last access lay is tried first: its place is kept in a byte of the hints, which may
 * be wrong and costs a search then.
 */
const GUARD = `
  (global $guard_accesses (mut i64) (i64.const 0))
  (global $guard_at (mut i32) (i32.const 0))
  (global $guard_bytes (mut i32) (i32.const 0))
  (global $guard_site (mut i32) (i32.const -1))
  (export "guard_accesses" (global $guard_accesses))
  (export "guard_at" (global $guard_at))
  (export "guard_bytes" (global $guard_bytes))
  (export "guard_site" (global $guard_site))
  (func $guard (param $at i32) (param $bytes i32) (param $site i32)
    (local $slot i32) (local $range i32)
    (local.set $slot (i32.rem_u (local.get $site) (i32.const ${HINT_SLOTS})))
    (local.set $range (i32.load8_u offset=${HINTS} (local.get $slot)))
    (global.set $guard_accesses (i64.add (global.get $guard_accesses) (i64.const 1)))
    (if (i32.eqz (call $holds (local.get $range) (local.get $at) (local.get $bytes)))
      (then (call $search (local.get $at) (local.get $bytes) (local.get $site) (local.get $slot)))))
  (func $holds (param $range i32) (param $at i32) (param $bytes i32) (result i32)
    (local $past i32) (local $size i32)
    (local.set $past (i32.sub (local.get $at) (i32.load (local.get $range))))
    (local.set $size (i32.load offset=4 (local.get $range)))
    (i32.and
      (i32.lt_u (local.get $past) (local.get $size))
      (i32.ge_u (i32.sub (local.get $size) (local.get $past)) (local.get $bytes))))
  (func $search (param $at i32) (param $bytes i32) (param $site i32) (param $slot i32)
    (local $range i32)
    (loop $next
      (if (call $holds (local.get $range) (local.get $at) (local.get $bytes))
        (then (i32.store8 offset=${HINTS} (local.get $slot) (local.get $range)) (return)))
      (local.set $range (i32.add (local.get $range) (i32.const ${RANGE_BYTES})))
      (br_if $next (i32.lt_u (local.get $range) (i32.const ${RANGES * RANGE_BYTES}))))
    (global.set $guard_at (local.get $at))
    (global.set $guard_bytes (local.get $bytes))
    (global.set $guard_site (local.get $site))
    (unreachable))`;
