export function whole(value: number): string {
  return value.toLocaleString('en-US');
}

export function percent(share: number, digits = 2): string {
  return `${(100 * share).toFixed(digits)}\u00a0%`;
}

export function secondsText(value: number, digits = 1): string {
  return `${value.toFixed(digits)}\u00a0s`;
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** About `count` of the items, evenly spaced. */
export function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / count)]!);
}
