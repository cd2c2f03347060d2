import type { ByteStream } from '../data/documents/chunks.js';

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

/** What is gone through value by value; not what is cloned whole. */
export function isIterable(value: object): boolean {
  if (/^\[object (Map|Set)\]$/.test({}.toString.call(value))) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value || 'getReader' in value;
}

/** The one walk of something that can be gone through, also of a walk that has begun. */
export function iteratorOf(value: object): AnyIterator {
  const { [Symbol.asyncIterator]: later, [Symbol.iterator]: now } = value as AsyncIterable<unknown> & Iterable<unknown>;
  if (later) return later.call(value);
  if (now) return now.call(value);
  return 'getReader' in value ? readingOf(value as ByteStream) : (value as AnyIterator);
}

/** Not every browser lets one iterate a stream. */
function readingOf(stream: ByteStream): AsyncIterator<unknown> {
  const reader = stream.getReader();
  return {
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    async return() {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

/** A promise that is also what it promises, where that can be gone through: no other answer of a call is there at once. */
export function iterableToo<T>(promise: Promise<T>): Promise<T> & AsyncIterable<unknown> {
  return Object.assign(promise, {
    async *[Symbol.asyncIterator]() {
      yield* (await promise) as AsyncIterable<unknown>;
    },
  });
}
