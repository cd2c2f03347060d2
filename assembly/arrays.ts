// One number of an array in memory, by its place.

// @ts-ignore: decorator
@inline
export function P(at: usize, i: i32): f64 {
  return load<f64>(at + ((<usize>i) << 3));
}

// @ts-ignore: decorator
@inline
export function put(at: usize, i: i32, x: f64): void {
  store<f64>(at + ((<usize>i) << 3), x);
}

// @ts-ignore: decorator
@inline
export function I(at: usize, i: i32): i32 {
  return load<i32>(at + ((<usize>i) << 2));
}
