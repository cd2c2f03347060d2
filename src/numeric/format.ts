// Numbers as people read them, the same in every locale.

/** 12345 as 12,345. */
export function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Four significant digits, without an exponent where people read on. */
export function significant(x: number): string {
  return String(Number(x.toPrecision(4)));
}

/** A share from 0 to 1 in per cent: two significant digits, and whole numbers from 10 on. What is neither 0 nor 1 is not shown as such. */
export function percentOf(share: number): string {
  const percent = 100 * share;
  if (percent === 0 || percent === 100) return `${percent} %`;
  if (percent < 0.01) return '< 0.01 %';
  if (percent > 99) return percent > 99.99 ? '> 99.99 %' : `${Number(percent.toFixed(2))} %`;
  return `${percent >= 10 ? Math.round(percent) : Number(percent.toPrecision(2))} %`;
}

/** "1 row", "2,000 rows". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** "1.25 million" */
export function millions(n: number): string {
  return `${(n / 1e6).toFixed(2)} million`;
}
