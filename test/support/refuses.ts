/** Asserts that a call throws an error of this very kind and with this message; uvu's `throws` checks but one of the two. */
export function refuses(call: () => unknown, kind: typeof TypeError | typeof RangeError, message: RegExp): void {
  let thrown: unknown;
  let returned = false;
  try {
    call();
    returned = true;
  } catch (error) {
    thrown = error;
  }
  if (returned) throw new Error(`expected ${kind.name} ${message}, but the call returned`);
  if (!(thrown instanceof kind) || !message.test(thrown.message)) {
    throw new Error(`expected ${kind.name} ${message}, got ${thrown}`);
  }
}
