// Numbers as people read them.

/** 12345 as 12,345. */
export function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** "1 row", "2,000 rows". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** "1.25 million" */
export function millions(n: number): string {
  return `${(n / 1e6).toFixed(2)} million`;
}
