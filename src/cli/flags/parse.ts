import { UserError } from '../errors.js';
import { type Flag, takesNone } from './flag.js';
import { parseText, TextError } from './text.js';

/** The value that a flag's text stands for. UserError where it stands for none. */
export function parseFlag(flag: Flag, text: string): unknown {
  const { name, option } = flag;
  try {
    return parseText(option, text);
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    throw new UserError(
      `option '--${name}' argument '${text}' is invalid. ${takesNone(flag) ? error.message.replace(/\.$/, ', or none.') : error.message}`,
    );
  }
}
