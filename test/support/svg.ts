import * as assert from 'uvu/assert';

/** Counts of elements, after a check that tags are balanced, attributes quoted and no character stands bare. */
export function elements(svg: string): Record<string, number> {
  const counts: Record<string, number> = {};
  const open: string[] = [];
  let at = 0;
  for (const match of svg.matchAll(/<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g)) {
    const between = svg.slice(at, match.index);
    if (/[<>]|&(?!(?:amp|lt|gt|quot);)/.test(between)) throw new Error(`bare character in ${JSON.stringify(between)}`);
    at = match.index + match[0].length;
    const [, closing, name, , empty] = match;
    if (closing) assert.is(open.pop(), name);
    else {
      counts[name!] = (counts[name!] ?? 0) + 1;
      if (!empty) open.push(name!);
    }
  }
  assert.equal(open, []);
  assert.is(svg.slice(at).trim(), '');
  return counts;
}
