import { got } from '../../check/phrase.js';

/** TypeError for what is no text, saying how bytes and promises become one. */
export function requireText(text: unknown): asserts text is string {
  if (typeof text === 'string') return;
  const isBytes = text instanceof ArrayBuffer || ArrayBuffer.isView(text);
  const found = isBytes
    ? 'bytes; textOf decodes them'
    : text instanceof Promise
      ? 'a Promise; await gives what it holds'
      : got(text);
  throw new TypeError(`text: expected a string, got ${found}`);
}
