import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Address } from '#dist/runtime/address.js';
import { Arena, MAX_BYTES } from '#dist/runtime/arena.js';
import { Draws } from '../support/draws.js';
import { refuses } from '../support/refuses.js';

const PAGE = 65536;

function arena(maximum = 64): Arena {
  return new Arena(new WebAssembly.Memory({ initial: 1, maximum }));
}

/** What a block of `bytes` takes. */
const taken = (bytes: number) => Math.max(64, Math.ceil(bytes / 64) * 64);

test('addresses are multiples of 64 from 1024 on, and blocks do not overlap', () => {
  const a = arena();
  let end = 1024;
  for (const bytes of [1, 63, 64, 65, 128, 4, 1000]) {
    const at = a.allocate(bytes);
    assert.is(at % 64, 0);
    assert.ok(at >= end, `${at} lies in the block that ends at ${end}`);
    end = at + bytes;
  }
});

test('a block of no bytes has an address of its own, not 0', () => {
  const a = arena();
  const [first, second] = [a.allocate(0), a.allocate(0)];
  assert.ok(first >= 1024);
  assert.is.not(first, second);
});

test('the memory grows when it must, by whole pages, and holds the whole block', () => {
  const a = arena();
  assert.is(a.memory.buffer.byteLength, PAGE);
  const at = a.allocate(PAGE - 1024);
  assert.is(a.memory.buffer.byteLength, PAGE, 'fits as it is');
  a.release(at);
  a.allocate(PAGE - 1024 + 1);
  assert.is(a.memory.buffer.byteLength, 2 * PAGE);
  a.allocate(3 * PAGE);
  assert.is(a.memory.buffer.byteLength, 5 * PAGE);
});

test('what is given back is used again before the memory grows', () => {
  const a = arena();
  const blocks = Array.from({ length: 10 }, () => a.allocate(6000));
  const size = a.memory.buffer.byteLength;
  for (let times = 0; times < 50; times++) {
    a.release(blocks[4]!);
    assert.is(a.allocate(6000), blocks[4], 'first fit');
  }
  assert.is(a.memory.buffer.byteLength, size);
});

test('a smaller block takes part of a free one, and the rest stays free', () => {
  const a = arena();
  const [first] = [a.allocate(640), a.allocate(64)];
  a.release(first);
  assert.is(a.allocate(64), first);
  assert.is(a.allocate(576), first + 64);
});

test('free neighbours become one block, in whichever order they are given back', () => {
  for (const order of [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ]) {
    const a = arena();
    const blocks = [a.allocate(64), a.allocate(128), a.allocate(64)];
    a.allocate(64);
    for (const i of order) a.release(blocks[i]!);
    assert.is(a.allocate(256), blocks[0], `order ${order}`);
  }
});

test('the last block, given back, joins the rest of the address space', () => {
  const a = arena();
  const at = a.allocate(100);
  a.release(at);
  assert.is(a.allocate(10 * PAGE), at);
});

test('used counts live bytes in whole 64s, peak the most there ever were', () => {
  const a = arena();
  assert.equal([a.used, a.peak], [0, 0]);
  const first = a.allocate(100);
  const second = a.allocate(64);
  assert.equal([a.used, a.peak], [192, 192]);
  a.release(first);
  assert.equal([a.used, a.peak], [64, 192]);
  a.allocate(1);
  assert.equal([a.used, a.peak], [128, 192]);
  a.release(second);
  a.allocate(640);
  assert.equal([a.used, a.peak], [704, 704]);
});

test('giving back twice, or what was never given, changes nothing', () => {
  const a = arena();
  const [first, second] = [a.allocate(64), a.allocate(64)];
  a.release(first);
  for (const at of [first, 0, second + 4, 1024 * 1024, -64, Number.NaN]) a.release(at as Address);
  assert.is(a.used, 64);
  assert.is(a.allocate(64), first);
  assert.is.not(a.allocate(64), second);
});

test('too much is a RangeError that says how much, and leaves the arena as it was', () => {
  const a = arena(4);
  const kept = a.allocate(1000);
  const before = [a.used, a.peak, a.memory.buffer.byteLength];
  refuses(() => a.allocate(5e6), RangeError, /^out of memory: 5\.0 MB .* beside 0\.0 MB in use, of 4295\.0 MB$/);
  refuses(() => a.allocate(MAX_BYTES), RangeError, /^out of memory: 4295\.0 MB/);
  refuses(() => a.allocate(Number.POSITIVE_INFINITY), RangeError, /^out of memory/);
  refuses(() => a.allocate(Number.NaN), RangeError, /^out of memory/);
  assert.equal([a.used, a.peak, a.memory.buffer.byteLength], before);
  const next = a.allocate(2 * PAGE);
  assert.ok(next >= kept + 1000);
  a.release(kept);
  a.release(next);
  assert.is(a.used, 0);
});

test('a memory filled to its last byte can be filled again', () => {
  const a = arena(4);
  const all = 4 * PAGE - 1024;
  for (let times = 0; times < 3; times++) {
    const at = a.allocate(all);
    assert.is(at, 1024);
    refuses(() => a.allocate(1), RangeError, /^out of memory/);
    a.release(at);
  }
});

test('5,000 random allocations and releases: no overlap, right counts, contents kept, all whole again at the end', () => {
  const draws = new Draws(1);
  const a = arena(512);
  const live = new Map<Address, { bytes: number; mark: number }>();
  let used = 0;
  let peak = 0;
  const release = (at: Address) => {
    const { bytes, mark } = live.get(at)!;
    const view = new Uint8Array(a.memory.buffer, at, bytes);
    assert.ok(
      view.every((byte) => byte === mark),
      `the block at ${at} was written over`,
    );
    a.release(at);
    live.delete(at);
    used -= taken(bytes);
  };
  for (let i = 0; i < 5000; i++) {
    if (live.size > 0 && draws.unit() < 0.48) {
      release([...live.keys()][draws.below(live.size)]!);
    } else {
      const bytes = draws.below(2 ** draws.below(13));
      const at = a.allocate(bytes);
      assert.ok(at % 64 === 0 && at >= 1024 && at + taken(bytes) <= a.memory.buffer.byteLength);
      for (const [other, block] of live) {
        assert.ok(at + taken(bytes) <= other || other + taken(block.bytes) <= at, `${at} overlaps ${other}`);
      }
      const mark = draws.below(256);
      new Uint8Array(a.memory.buffer, at, bytes).fill(mark);
      live.set(at, { bytes, mark });
      used += taken(bytes);
      peak = Math.max(peak, used);
    }
    assert.is(a.used, used);
    assert.is(a.peak, peak);
  }
  assert.ok(live.size > 20, 'blocks were live together');
  const order = [...live.keys()];
  for (const i of draws.permutation(order.length)) release(order[i]!);
  assert.is(a.used, 0);
  const size = a.memory.buffer.byteLength;
  assert.is(a.allocate(size - 1024), 1024, 'one free block again');
  assert.is(a.memory.buffer.byteLength, size);
});

test.run();
