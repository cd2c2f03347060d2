import { TableError } from '../data/tables/troubles.js';

/** An error as it crosses: engines do not clone all that errors have, nor all errors. */
export interface ErrorParts {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly cause?: unknown;
  /** Its own further fields. */
  readonly fields: Record<string, unknown>;
  readonly isTable: boolean;
  readonly isDom: boolean;
}

const CLASSES: Record<string, new (message: string) => Error> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/** Told by what it is, also of another realm. */
export function isError(value: object): value is Error {
  return value instanceof Error || /^\[object (Error|DOMException)\]$/.test({}.toString.call(value));
}

export function errorParts(error: Error): ErrorParts {
  const { name, message, stack, cause, ...fields } = error as Error & Record<string, unknown>;
  const isDom = {}.toString.call(error) === '[object DOMException]';
  return { name, message, stack, cause, fields, isTable: Array.isArray(fields.troubles), isDom };
}

/** An error of the same class, with the stack of where it was thrown. */
export function errorOf({ name, message, stack, cause, fields, isTable, isDom }: ErrorParts): Error {
  const error = isTable
    ? new TableError([])
    : isDom
      ? new DOMException(message, name)
      : new (CLASSES[name] ?? Error)(message);
  for (const [field, value] of Object.entries({ message, stack, cause }))
    if (value !== undefined && !(isDom && field === 'message'))
      Object.defineProperty(error, field, { value, configurable: true, writable: true });
  // That of a DOMException is its prototype's, and those of a class's own are too.
  if (error.name !== name) Object.assign(error, { name });
  return Object.assign(error, fields);
}
