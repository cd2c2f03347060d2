/** TypeError unless it is an object: `null` and positional numbers would fail later, without a name. */
export function requireOptions(options: unknown, argument = 'options'): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${argument}: expected an object, got ${options === null ? 'null' : typeof options}`);
}

/** TypeError unless these options are functions where they are given. */
export function requireCallbacks<Name extends string>(
  options: { readonly [name in Name]?: unknown },
  names: readonly Name[],
): void {
  for (const name of names) {
    if (options[name] !== undefined && typeof options[name] !== 'function')
      throw new TypeError(`${name}: expected a function, got ${typeof options[name]}`);
  }
}

export function requireInteger(value: number, least: number, argument: string): void {
  if (typeof value !== 'number') throw new TypeError(`${argument}: expected an integer, got ${typeof value}`);
  if (!Number.isInteger(value) || value < least)
    throw new RangeError(`${argument}: expected an integer from ${least}, got ${value}`);
}

export function requireSeed(seed: number): void {
  requireInteger(seed, 0, 'seed');
  if (seed > 0xffffffff) throw new RangeError(`seed: expected an integer from 0 to 4294967295, got ${seed}`);
}

export function requireShare(value: number, argument: string): void {
  if (typeof value !== 'number') throw new TypeError(`${argument}: expected a number, got ${typeof value}`);
  if (!(value >= 0 && value < 1)) throw new RangeError(`${argument}: expected a share from 0 to below 1, got ${value}`);
}

/** A rate or scale: finite and above 0. */
export function requirePositive(value: number, argument: string): void {
  if (typeof value !== 'number') throw new TypeError(`${argument}: expected a number, got ${typeof value}`);
  if (!(value > 0) || !Number.isFinite(value))
    throw new RangeError(`${argument}: expected a number above 0, got ${value}`);
}
