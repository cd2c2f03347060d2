// Of build steps: minified code in lines that an error can show, as Node prints the whole line in which an uncaught one was thrown. Not by esbuild's lineLimit, which parts
// strings too, by a backslash before the line break: bundlers that indent lines (Rollup, for a worker of Vite 6 or 7) put their tabs into such strings.
import { decode, encode } from '@jridgewell/sourcemap-codec';
import { parse } from 'acorn';

const LIMIT = 600;
/** A line may end behind them, wherever they stand. */
const ENDS = new Set([',', ';', '(', '{']);

/** Where line breaks go. */
function breaksOf(code) {
  const breaks = [];
  let [start, last] = [0, 0];
  parse(code, {
    ecmaVersion: 'latest',
    sourceType: 'module',
    allowHashBang: true,
    onToken({ type, end }) {
      if (end - start > LIMIT && last > start) {
        breaks.push(last);
        start = last;
      }
      if (ENDS.has(type.label)) last = end;
    },
  });
  return breaks;
}

/** The code in lines, but for the strings longer than one. */
export function inLines(code) {
  const breaks = breaksOf(code);
  return [0, ...breaks].map((at, i) => code.slice(at, breaks[i])).join('\n');
}

/** The source map of the code in lines. `json`: that of the code before. */
export function mapInLines(json, code) {
  const map = JSON.parse(json);
  const breaks = breaksOf(code);
  const made = [];
  let [passed, offset] = [0, 0];
  const lines = code.split('\n');
  for (const [line, segments] of decode(map.mappings).entries()) {
    for (const [column, ...source] of segments) {
      const at = offset + column;
      while (breaks[passed] <= at) passed++;
      made[line + passed] ??= [];
      made[line + passed].push([at - Math.max(offset, breaks[passed - 1] ?? 0), ...source]);
    }
    offset += lines[line].length + 1;
  }
  return JSON.stringify({ ...map, mappings: encode(Array.from(made, (segments) => segments ?? [])) });
}
