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

/** refuses, for a call that returns a promise; a throw before the promise counts as well. */
export async function refusesAsync(
  call: () => unknown,
  kind: new (message?: string) => Error,
  message: RegExp,
): Promise<void> {
  let thrown: unknown;
  try {
    await call();
  } catch (error) {
    thrown = error;
  }
  if (thrown === undefined) throw new Error(`expected ${kind.name} ${message}, but the call returned`);
  if (!(thrown instanceof kind) || !message.test(thrown.message)) {
    throw new Error(`expected ${kind.name} ${message}, got ${thrown}`);
  }
}
