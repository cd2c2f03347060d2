/** Deeper than anything that the package writes. */
const MAX_DEPTH = 64;

/**
 * JSON that may be anything. SyntaxError for what is not JSON, RangeError naming the argument for JSON that nests so deep that a function which walks it would run out of stack.
 */
export function parseJson(text: string, argument: string): unknown {
  requireShallow(text, argument);
  return JSON.parse(text);
}

/** A name of an object, or where one begins or ends. */
export type JsonMark = '{' | '}' | { readonly key: string };

/** The objects of valid JSON and their names, in order, at a cost of one pass. */
export function* jsonMarks(text: string): Generator<JsonMark> {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === OPEN_OBJECT) yield '{';
    else if (code === CLOSE_OBJECT) yield '}';
    else if (code === QUOTE) {
      const from = i;
      i = endOfString(text, from);
      if (isColonNext(text, i + 1)) yield { key: JSON.parse(text.slice(from, i + 1)) };
    }
  }
}

function requireShallow(text: string, argument: string): void {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      if (++depth > MAX_DEPTH)
        throw new RangeError(`${argument}: expected JSON of at most ${MAX_DEPTH} levels, got more`);
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth--;
  }
}

/** Where the string that begins at `from` has its closing quote; the text's end where it has none. */
function endOfString(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === QUOTE) return i;
  }
  return text.length;
}

function isColonNext(text: string, from: number): boolean {
  let i = from;
  while (BLANKS.includes(text.charCodeAt(i))) i++;
  return text.charCodeAt(i) === COLON;
}

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];
const BLANKS = [0x20, 0x09, 0x0a, 0x0d];
