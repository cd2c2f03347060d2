// exp and log of our own, so that every engine gives the same bits. Coefficients are those of the exact series.

/**
 * exp of four f32 lanes: x = n ln 2 + r with |r| <= ln(2)/2, Taylor series of degree 7 in r, scaled by 2^n.
 * Domain clamped to [-87, 88]; relative error below 3e-7 there.
 */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const clamped = f32x4.max(f32x4.splat(-87), f32x4.min(f32x4.splat(88), x));
  const n = f32x4.nearest(f32x4.mul(clamped, f32x4.splat(1.4426950408889634)));
  // ln 2 in two parts: the first has trailing zero bits, so n times it is exact.
  let r = f32x4.sub(clamped, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.0 / 5040.0);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 720.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 120.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 24.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 6.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}

/**
 * ln of four f32 lanes: x = 2^k f with √½ <= f < √2, ln f = 2 atanh((f − 1)/(f + 1)), series to degree 9. Domain: positive, finite, normal x;
 * relative error below 3e-7.
 */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  // Exponents count from √½, 0x3f3504f3.
  const shifted = i32x4.shr_s(i32x4.sub(x, i32x4.splat(0x3f3504f3)), 23);
  const f = i32x4.sub(x, i32x4.shl(shifted, 23)), k = f32x4.convert_i32x4_s(shifted);
  const s = f32x4.div(f32x4.sub(f, f32x4.splat(1)), f32x4.add(f, f32x4.splat(1))), z = f32x4.mul(s, s);
  let p = f32x4.splat(2.0 / 9.0);
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(2.0 / 7.0));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(2.0 / 5.0));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(2.0 / 3.0));
  const lnF = f32x4.add(f32x4.add(s, s), f32x4.mul(s, f32x4.mul(z, p)));
  // ln 2 in the two parts of exp4.
  const rest = f32x4.add(f32x4.mul(k, f32x4.splat(-2.12194440e-4)), lnF);
  return f32x4.add(f32x4.mul(k, f32x4.splat(0.693359375)), rest);
}

/** sin of four f32 lanes, |x| <= π/4: Taylor series to degree 9. Relative error below 2e-7. */
// @ts-ignore: decorator
@inline
export function sin4(x: v128): v128 {
  const z = f32x4.mul(x, x);
  let p = f32x4.splat(1.0 / 362880.0);
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-1.0 / 5040.0));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.0 / 120.0));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-1.0 / 6.0));
  return f32x4.add(x, f32x4.mul(x, f32x4.mul(z, p)));
}

/** cos of four f32 lanes, |x| <= π/4: Taylor series to degree 10. Relative error below 2e-7. */
// @ts-ignore: decorator
@inline
export function cos4(x: v128): v128 {
  const z = f32x4.mul(x, x);
  let p = f32x4.splat(-1.0 / 3628800.0);
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.0 / 40320.0));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-1.0 / 720.0));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.0 / 24.0));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-0.5));
  return f32x4.add(f32x4.splat(1), f32x4.mul(z, p));
}

/** ln x for positive, finite, normal x: x = 2^k f, ln f = 2 atanh((f - 1)/(f + 1)) by its series. Error below 2 ulp. */
export function log64(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let k = <i32>(bits >> 52) - 1023;
  let f = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (f > 1.4142135623730951) {
    f *= 0.5;
    k += 1;
  }
  const s = (f - 1) / (f + 1), z = s * s;
  let p: f64 = 1.0 / 23.0;
  p = p * z + 1.0 / 21.0;
  p = p * z + 1.0 / 19.0;
  p = p * z + 1.0 / 17.0;
  p = p * z + 1.0 / 15.0;
  p = p * z + 1.0 / 13.0;
  p = p * z + 1.0 / 11.0;
  p = p * z + 1.0 / 9.0;
  p = p * z + 1.0 / 7.0;
  p = p * z + 1.0 / 5.0;
  p = p * z + 1.0 / 3.0;
  const lnF = 2 * s + 2 * s * z * p;
  return <f64>k * 6.93147180369123816490e-01 + (<f64>k * 1.90821492927058770002e-10 + lnF);
}

/** log64 of two lanes, the same bits. */
// @ts-ignore: decorator
@inline
export function log64x2(x: v128): v128 {
  const one = i64x2.splat(0x3ff0000000000000);
  let f = v128.or(v128.and(x, i64x2.splat(0x000fffffffffffff)), one);
  // The exponent becomes a double by way of the digits of 2^52.
  const exponent = v128.or(i64x2.shr_u(x, 52), i64x2.splat(0x4330000000000000));
  let k = f64x2.sub(exponent, f64x2.splat(4503599627370496.0 + 1023.0));
  const high = f64x2.gt(f, f64x2.splat(1.4142135623730951));
  f = v128.bitselect(f64x2.mul(f, f64x2.splat(0.5)), f, high);
  k = f64x2.add(k, v128.and(high, f64x2.splat(1)));
  const s = f64x2.div(f64x2.sub(f, f64x2.splat(1)), f64x2.add(f, f64x2.splat(1))), z = f64x2.mul(s, s);
  let p = f64x2.splat(1.0 / 23.0);
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 21.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 19.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 17.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 15.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 13.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 11.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 9.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 7.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 5.0));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 3.0));
  const twice = f64x2.mul(f64x2.splat(2), s);
  const lnF = f64x2.add(twice, f64x2.mul(f64x2.mul(twice, z), p));
  return f64x2.add(
    f64x2.mul(k, f64x2.splat(6.93147180369123816490e-01)),
    f64x2.add(f64x2.mul(k, f64x2.splat(1.90821492927058770002e-10)), lnF),
  );
}
