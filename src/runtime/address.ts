declare const brand: unique symbol;

/** A byte of the engine's memory. The arena hands them out; `plus` moves them. No plain number is one, so no size is taken for one. */
export type Address = number & { readonly [brand]: 'address' };

/** A count or a distance, an integer. Any number but an address. */
export type Size = number & { readonly [brand]?: 'size' };

/** A number to compute with. Any number but an address. */
export type Scalar = number & { readonly [brand]?: 'scalar' };

/** In the place of an address: nothing there. */
export const NONE = 0 as Address;

/** The address `bytes` after another. */
export function plus(at: Address, bytes: Size): Address {
  return (at + bytes) as Address;
}
