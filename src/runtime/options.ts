/** TypeError unless it is an object: `null` and positional numbers would fail later, without a name. */
export function requireOptions(options: unknown, argument = 'options'): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${argument}: expected an object, got ${options === null ? 'null' : typeof options}`);
}
