import type { Method } from '../../models/method.js';
import type { Flag } from '../flags/flag.js';

/** Flags that most people need, of whichever method. */
const COMMON = ['epochs', 'batch-size', 'learning-rate', 'patience', 'seed'];

export interface MethodHelp {
  /** The method whose options are asked for: train --method NAME --help. */
  readonly method: Method | undefined;
  readonly isCommon: (flag: Flag) => boolean;
  /** What stands below the options. */
  readonly text: string;
}

/** What `train --help` shows for this command line. */
export function methodHelp(args: readonly string[], methods: readonly Method[]): MethodHelp {
  const asked = args.flatMap((arg, i) =>
    arg === '--method' ? [args[i + 1]] : arg.startsWith('--method=') ? [arg.slice(9)] : [],
  );
  const method = methods.find(({ name }) => name === asked.at(-1));
  const isCommon = ({ name, option, path }: Flag) =>
    path.length === 1 && (COMMON.includes(name) || option.kind === 'list');
  const examples = (method ? [method] : methods).flatMap((one) => one.examples);
  const names = methods.map(({ name }) => name).join(', ');
  const rest = method
    ? `${method.name}: ${method.doc}. ${method.paper}.`
    : `All options of a method: espalier train --method NAME --help (${names}); docs/OPTIONS.md lists those of all.`;
  return {
    method,
    isCommon,
    text: `
CSV: the last column is the target unless --target tells; all is learned from the training file alone and kept in the net.
Sparse text: --validation and --test use the columns of --data.
${rest}

Examples:
${examples.map((line) => `  ${line}`).join('\n')}`,
  };
}
