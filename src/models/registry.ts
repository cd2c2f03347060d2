import { got } from '../check/phrase.js';
import type { ModelFile } from '../files/model-file.js';
import { dense } from './dense/method.js';
import { gaternet } from './gaternet/method.js';
import type { Method } from './method.js';
import type { LoadOptions, Net } from './net.js';
import { trf } from './trf/method.js';
import { tse } from './tse/method.js';

/** All methods; the first is the command's default. A new method is a folder and a line here. */
export const METHODS: readonly Method[] = [trf, tse, gaternet, dense];

/** The method of this name among some. TypeError for a name that is none of theirs. */
export function methodNamed(name: unknown, methods: readonly Method[] = METHODS): Method {
  const found = methods.find((method) => method.name === name);
  if (found) return found;
  const names = methods.map((method) => `'${method.name}'`).join(', ');
  throw new TypeError(`bytes: expected a net of method ${names}, got one of ${got(name)}`);
}

/** The net that a file holds. TypeError for a file of none of these methods, RangeError for a damaged one. */
export function loadFile(
  file: ModelFile,
  options: LoadOptions = {},
  methods: readonly Method[] = METHODS,
): Promise<Net> {
  return methodNamed(file.header.method, methods).load(file, options);
}
