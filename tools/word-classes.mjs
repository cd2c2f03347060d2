// Writes src/data/documents/words/unicode-ranges.ts from the Unicode properties that this Node knows. Run it to go on to a newer version of Unicode, never otherwise: the words
// of texts are a function of it.
import { writeFileSync } from 'node:fs';

/** The first that holds for a character is its class. */
const CLASSES = [
  // Fillers and joiners; not the reserved ones. U+200B separates words, U+0640 only stretches them.
  ['I', /^(?!\u200b|\p{Cn})[\p{Default_Ignorable_Code_Point}\u0640]$/u],
  ['S', /^[\p{White_Space}\u200b]$/u],
  ['H', /^(?=[\p{L}\p{Nl}])\p{Script=Han}$/u],
  ['R', /^(?=\p{L})\p{Script=Hiragana}$/u],
  ['K', /^(?=\p{L})\p{Script_Extensions=Katakana}$/u],
  ['A', /^(?=\p{L})[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]$/u],
  ['L', /^\p{L}$/u],
  ['M', /^\p{M}$/u],
  ['D', /^\p{Nd}$/u],
];

const ranges = [];
for (let code = 0x80; code < 0x110000; code++) {
  const character = String.fromCodePoint(code);
  const name = CLASSES.find(([, is]) => is.test(character))?.[0];
  const last = ranges.at(-1);
  if (name === undefined) continue;
  if (last?.name === name && last.end === code) last.end++;
  else ranges.push({ name, start: code, end: code + 1 });
}

let at = 0x80;
const text = ranges.map(({ name, start, end }) => {
  const gap = start - at;
  at = end;
  return (gap ? gap.toString(36) : '') + name + (end - start > 1 ? (end - start).toString(36) : '');
});
const lines = text.join(' ').replace(/(.{1,150}) /g, "$1 ' +\n  '");
writeFileSync(
  new URL('../src/data/documents/words/unicode-ranges.ts', import.meta.url),
  `// Written by tools/word-classes.mjs.

/** The version of Unicode whose properties these are. */
export const UNICODE = '${process.versions.unicode}';

/**
 * Ranges of characters from U+0080, in order: how many characters of no class come before, the class, how many characters have it; numbers of base 36, nothing for 0 before and for 1 in it.
 * I passed over inside words, S white space, H Han, R Hiragana, K Katakana, A Thai, Lao, Khmer and Myanmar, L other letters, M marks, D decimal digits.
 */
export const RANGES =
  '${lines}';
`,
);
