// Pictures of other sizes: each pixel the mean of the area that it covers.

/** Planes of pixels of `from` to planes of `to`. */
export function scaled(
  values: ArrayLike<number>,
  planes: number,
  from: { readonly height: number; readonly width: number },
  to: { readonly height: number; readonly width: number },
): Float32Array {
  const across = weights(from.width, to.width);
  const down = weights(from.height, to.height);
  const out = new Float32Array(planes * to.height * to.width);
  const lines = new Float32Array(from.height * to.width);
  for (let plane = 0; plane < planes; plane++) {
    const base = plane * from.height * from.width;
    for (let y = 0; y < from.height; y++)
      for (let x = 0; x < to.width; x++) {
        let sum = 0;
        for (const [i, weight] of across[x]!) sum += weight * values[base + y * from.width + i]!;
        lines[y * to.width + x] = sum;
      }
    for (let y = 0; y < to.height; y++)
      for (let x = 0; x < to.width; x++) {
        let sum = 0;
        for (const [i, weight] of down[y]!) sum += weight * lines[i * to.width + x]!;
        out[(plane * to.height + y) * to.width + x] = sum;
      }
  }
  return out;
}

/** Of each cell, the cells of before that it covers, and their shares; where it covers less than one, that one and its neighbour by distance. */
function weights(from: number, to: number): [number, number][][] {
  const step = from / to;
  return Array.from({ length: to }, (_, cell): [number, number][] => {
    if (step < 1) {
      const centre = Math.min(from - 1, Math.max(0, (cell + 0.5) * step - 0.5));
      const left = Math.floor(centre);
      const share = centre - left;
      return share === 0
        ? [[left, 1]]
        : [
            [left, 1 - share],
            [left + 1, share],
          ];
    }
    const [begin, end] = [cell * step, (cell + 1) * step];
    const covered: [number, number][] = [];
    for (let i = Math.floor(begin); i < Math.min(from, Math.ceil(end - 1e-9)); i++)
      covered.push([i, (Math.min(end, i + 1) - Math.max(begin, i)) / step]);
    return covered;
  });
}
