const ZERO = 48;
const NINE = 57;

/**
 * Whether it is a decimal number as text files hold it; no hexadecimal, no `Infinity`, no blanks. A scan, whose time and memory no text makes worse
 * than linear: an expression tries long runs of digits from many places, or keeps each of them.
 */
export function isNumber(text: string): boolean {
  let at = skipSign(text, 0);
  const whole = at;
  at = skipDigits(text, at);
  let digits = at - whole;
  if (text[at] === '.') {
    const fraction = at + 1;
    at = skipDigits(text, fraction);
    digits += at - fraction;
  }
  if (digits === 0) return false;
  if (text[at] === 'e' || text[at] === 'E') {
    const exponent = skipSign(text, at + 1);
    at = skipDigits(text, exponent);
    if (at === exponent) return false;
  }
  return at === text.length;
}

function skipSign(text: string, at: number): number {
  return text[at] === '+' || text[at] === '-' ? at + 1 : at;
}

function skipDigits(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) >= ZERO && text.charCodeAt(at) <= NINE) at++;
  return at;
}
