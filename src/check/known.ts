/** TypeError for a name that is none of these, with the nearest of them. `of` is what has them. */
export function requireKnown(given: object, names: readonly string[], of: string, prefix = ''): void {
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const close = nearest(name, names);
    const hint = close ? `did you mean ${close}?` : `its options are ${names.join(', ')}`;
    throw new TypeError(`${prefix}${name}: expected an option of ${of}, got a name that is none; ${hint}`);
  }
}

/** The name that a misspelt one most likely meant: the fewest letters changed, added or left out, up to a third of them; undefined where none is close. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const distance = (other: string) => edits(name.toLowerCase(), other.toLowerCase());
  const [best] = [...names].sort((a, b) => distance(a) - distance(b));
  return best !== undefined && distance(best) <= Math.max(2, name.length / 3) ? best : undefined;
}

/** Levenshtein distance, a row of its table at a time. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(Math.min(row[j]! + (a[i] === b[j] ? 0 : 1), row[j + 1]! + 1, next[j]! + 1));
    row = next;
  }
  return row[b.length]!;
}
