// What the convolutions share: planes with zeros around them, counts rounded up to whole panels, and lists of open channels.

/** The next multiple of `to`, a power of two. */
// @ts-ignore: decorator
@inline
export function round(count: i32, to: i32): i32 {
  return (count + to - 1) & -to;
}

/**
 * Copies an image's plane [h][w] into one with `pad` zeros around it, rows rowBytes apart: of rows [first, last) of the padded plane
 * those that hold image. The zeros are the caller's.
 */
export function copy_rows(plane: usize, rowBytes: usize, x: usize, h: i32, w: i32, pad: i32, first: i32, last: i32): void {
  const from = max(first - pad, 0), to = min(last - pad, h);
  const pairs = (<usize>(w >> 3)) << 5, width = (<usize>w) << 2;
  let source = x + <usize>from * width, target = plane + <usize>(from + pad) * rowBytes + ((<usize>pad) << 2);
  for (let r = from; r < to; r++) {
    let b: usize = 0;
    for (; b < pairs; b += 32) {
      const v0 = v128.load(source + b), v1 = v128.load(source + b, 16);
      v128.store(target + b, v0);
      v128.store(target + b, v1, 16);
    }
    if (w & 4) {
      v128.store(target + b, v128.load(source + b));
      b += 16;
    }
    for (; b < width; b += 4) store<f32>(target + b, load<f32>(source + b));
    source += width;
    target += rowBytes;
  }
}

/** An image's list in u32[n][1 + count]: how many are open, then which; 0 for all. */
// @ts-ignore: decorator
@inline
export function list_of(lists: usize, image: i32, count: i32): usize {
  return lists ? lists + ((<usize>(image * (count + 1))) << 2) : 0;
}

// @ts-ignore: decorator
@inline
export function open_of(list: usize, count: i32): i32 {
  return list ? load<i32>(list) : count;
}

// @ts-ignore: decorator
@inline
export function member(list: usize, i: i32): i32 {
  return list ? load<i32>(list + ((<usize>i) << 2), 4) : i;
}

export function same_list(a: usize, b: usize): bool {
  if (a == b) return true;
  const end = a + ((<usize>load<u32>(a)) << 2);
  for (; load<u32>(a) == load<u32>(b); a += 4, b += 4) if (a == end) return true;
  return false;
}
