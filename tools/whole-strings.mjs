// Of build steps: strings in one piece again. esbuild's lineLimit parts long lines inside strings too, by a backslash before the line break, and bundlers that indent lines
// (Rollup, for a worker of Vite 6 or 7) would put their tabs into these strings.
import { decode, encode } from '@jridgewell/sourcemap-codec';

/** An escaped backslash before a line break, in a template, is none that parts. */
const PARTED = /(?<!\\)((?:\\\\)*)\\\n/g;

export function wholeStrings(code) {
  return code.replace(PARTED, '$1');
}

/** The source map of the code without its parted strings. `code`: with them. */
export function mapOfWhole(json, code) {
  const map = JSON.parse(json);
  const made = [];
  let open = 0;
  const lines = code.split('\n');
  decode(map.mappings).forEach((segments, i) => {
    if (open > 0) made.at(-1).push(...segments.map(([column, ...source]) => [open + column, ...source]));
    else made.push(segments);
    const parted = /(?<!\\)(?:\\\\)*\\$/.test(lines[i]);
    open = parted ? open + lines[i].length - 1 : 0;
  });
  return JSON.stringify({ ...map, mappings: encode(made) });
}
