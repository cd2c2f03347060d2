// What kernel tests ask of node:util, in a page.

/** Of primitives, arrays, typed arrays and plain objects: -0 is not 0, and NaN is NaN. Other kinds are refused. */
export function isDeepStrictEqual(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false;
  const prototype = Object.getPrototypeOf(a);
  if (prototype !== Object.getPrototypeOf(b)) return false;
  if (prototype !== Object.prototype && !Array.isArray(a) && !ArrayBuffer.isView(a))
    throw new Error(`isDeepStrictEqual: of ${prototype.constructor.name} it is not known here`);
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isDeepStrictEqual(a[key], b[key]))
  );
}
