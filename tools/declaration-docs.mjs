// Build step: what an option's declaration says of it becomes its comment in the declarations that editors read. In dist/**/*.d.ts, a property whose type is an
// option with a `doc` gets that text above it; OptionsOf hands it on to the options of callers. And typed arrays are written so that TypeScript
// before 5.7 reads them, and what `using` needs is asked for.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const dist = new URL('../dist/', import.meta.url);
for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.d.ts')) continue;
  const path = new URL(name, dist);
  const before = readFileSync(path, 'utf8');
  const after = forAll(commented(before));
  if (after !== before) writeFileSync(path, after);
}

/** Lines of tsc: `readonly name: {` and, one step deeper, `readonly doc: 'text';`, `readonly default: 50;`. */
function commented(text) {
  const lines = text.split('\n');
  /** Objects that are open, each with the line it begins at and what its own properties say. */
  const open = [];
  const comments = new Map();
  lines.forEach((line, i) => {
    if (/^\s*\}/.test(line)) {
      const { at, indent, doc, defaultDoc, default: value } = open.pop() ?? {};
      if (doc !== undefined) {
        const initial = defaultDoc ?? (value === undefined ? undefined : String(value));
        comments.set(
          at,
          `${indent}/** ${doc}${initial === undefined ? '' : ` Default: ${initial}.`} */`.replaceAll('*/ ', '* /'),
        );
      }
    }
    const own = /^\s*readonly (doc|default|defaultDoc): (.*);$/.exec(line);
    if (own && open.length > 0) open.at(-1)[own[1]] = literal(own[2]);
    if (line.endsWith('{')) open.push({ at: i, indent: /^\s*/.exec(line)[0] });
  });
  return lines.flatMap((line, i) => (comments.has(i) ? [comments.get(i), line] : [line])).join('\n');
}

function literal(text) {
  const quote = text[0];
  if (quote !== "'" && quote !== '"') return /^(?:-?[\d.e-]+|true|false)$/.test(text) ? text : undefined;
  return text.slice(1, -1).replace(/\\(.)/g, '$1');
}

/** Before 5.7 a typed array has no parameter: the one of what all arrays may lie on is the default, and what `of` makes lies on an ArrayBuffer where that can be said. */
function forAll(text) {
  const plain = text.replace(/\b(\w+\d+(?:Clamped)?Array)<ArrayBuffer(Like)?>/g, (_, array, like) =>
    like ? array : `ReturnType<typeof ${array}.of>`,
  );
  return /\bDisposable\b/.test(plain) ? `/// <reference lib="esnext.disposable" />\n${plain}` : plain;
}
