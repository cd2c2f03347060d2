const ZERO = 48;
const NINE = 57;
const PLUS = 43;
const MINUS = 45;
const POINT = 46;
const UPPER_E = 69;
const LOWER_E = 101;
const MOST_EXACT = 2 ** 53;
/** Those that a 64-bit float holds. */
const POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/** Where the number ends that scanDigits read last. */
export let scanEnd = 0;

/**
 * The decimal number that begins at a place, as text files hold it, and in `scanEnd` where it ends; NaN where none begins. No hexadecimal, no
 * `Infinity`, no blanks. A scan, whose time and memory no text makes worse than linear: an expression tries long runs of digits from many
 * places, or keeps each of them. Exact: a whole number below 2^53 and a power of ten up to 10^22 are, so that their quotient is rounded once; all else goes to `Number`.
 */
export function scanDigits(text: string, from: number, decimal: number): number {
  const { length } = text;
  let at = from;
  let code = at < length ? text.charCodeAt(at) : 0;
  const negative = code === MINUS;
  if (negative || code === PLUS) code = ++at < length ? text.charCodeAt(at) : 0;
  const whole = at;
  let digits = 0;
  while (code >= ZERO && code <= NINE) {
    digits = digits * 10 + (code - ZERO);
    code = ++at < length ? text.charCodeAt(at) : 0;
  }
  let count = at - whole;
  let mark = -1;
  let power = 0;
  if (code === decimal) {
    mark = at;
    code = ++at < length ? text.charCodeAt(at) : 0;
    while (code >= ZERO && code <= NINE) {
      digits = digits * 10 + (code - ZERO);
      code = ++at < length ? text.charCodeAt(at) : 0;
    }
    power = at - mark - 1;
    count += power;
  }
  scanEnd = at;
  if (count === 0) return Number.NaN;
  if (code === LOWER_E || code === UPPER_E) {
    const end = exponentEnd(text, at + 1);
    if (end > 0) return slowly(text, from, end, decimal);
  }
  if (digits >= MOST_EXACT || power > 22) return slowly(text, from, at, decimal);
  const number = power === 0 ? digits : digits / POWERS[power]!;
  return negative ? -number : number;
}
/** 0 where no exponent stands. */
function exponentEnd(text: string, from: number): number {
  const sign = text.charCodeAt(from);
  const first = sign === PLUS || sign === MINUS ? from + 1 : from;
  let at = first;
  while (text.charCodeAt(at) >= ZERO && text.charCodeAt(at) <= NINE) at++;
  return at === first ? 0 : at;
}

function slowly(text: string, from: number, end: number, decimal: number): number {
  scanEnd = end;
  const spelled = text.slice(from, end);
  return Number(decimal === POINT ? spelled : spelled.replace(String.fromCharCode(decimal), '.'));
}

/** The decimal number that a text is, with the decimal mark given; NaN where it is none. A large one may be infinite. */
export function numberIn(text: string, decimal: '.' | ','): number {
  const number = scanDigits(text, 0, decimal.charCodeAt(0));
  return scanEnd === text.length ? number : Number.NaN;
}

/** Whether it is a decimal number with a point. */
export function isNumber(text: string): boolean {
  return !Number.isNaN(numberIn(text, '.'));
}
