/** A decimal number as text files hold it; no hexadecimal, no `Infinity`, no blanks. */
export const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
