import type { TextVectorizerJson } from '../../data/documents/vectorizer-json.js';
import { UserError } from '../errors.js';
import { openLatentTree } from '../read/latent-file.js';
import { type Flag, kebab, takesNone } from './flag.js';
import { parseFlag } from './parse.js';

/** What the flags of a command line stand for. */
export interface FlagValues {
  /** Options as the library takes them; what was not given is absent. */
  readonly options: Record<string, unknown>;
  /** Hashes of the files that flags name, by flag: what was given, not where it lies. */
  readonly files: Readonly<Record<string, string>>;
  /** The vocabulary that a file among them brings. */
  readonly vectorizer?: TextVectorizerJson;
}

/** Texts by the flags' keys, as commander keeps them. */
type Texts = Readonly<Record<string, unknown>>;

/** Reads the flags that were given, and the files they name. UserError for texts that stand for nothing, and for flags that are about what another one takes away. */
export async function readFlags(flags: readonly Flag[], texts: Texts): Promise<FlagValues> {
  const given = flags.filter(({ key }) => texts[key] !== undefined);
  const options: Record<string, unknown> = {};
  const files: Record<string, string> = {};
  let vectorizer: TextVectorizerJson | undefined;
  for (const flag of given) {
    const text = texts[flag.key];
    if (flag.option.kind === 'group' && flag.option.file) {
      const { tree, sha256, vectorizer: words } = await openLatentTree(String(text));
      vectorizer = words;
      put(options, flag.path, tree);
      files[`${flag.name} data`] = sha256;
    } else if (text === 'none' && takesNone(flag)) put(options, flag.path.slice(0, -1), false);
  }
  for (const flag of given) {
    if (flag.option.kind === 'group' && flag.option.file) continue;
    const text = texts[flag.key];
    if (text === 'none' && takesNone(flag)) continue;
    refuseIdle(flag, given, options);
    put(options, flag.path, typeof text === 'string' ? parseFlag(flag, text) : text);
  }
  for (const { name, option } of given) {
    const about = option.about;
    if (about && options[about] === false)
      throw new UserError(`--${name}: is about the ${kebab(about)}, of which --${kebab(about)} none has none`);
  }
  return { options, files, ...(vectorizer ? { vectorizer } : {}) };
}

/** A member of a group that a file or the word none stands for. */
function refuseIdle({ name, path }: Flag, given: readonly Flag[], options: Record<string, unknown>): void {
  if (path.length < 2) return;
  const whole = options[path[0]!];
  if (whole === false) {
    const none = given.find((flag) => flag.path[0] === path[0] && flag.name !== name)!;
    throw new UserError(`--${name}: is about ${kebab(path[0]!)}, of which --${none.name} none has none`);
  }
  const file = given.find((flag) => flag.path.length === 1 && flag.path[0] === path[0]);
  if (file) throw new UserError(`--${name}: is about learning what --${file.name} brings; expected one of the two`);
}

function put(options: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at = options;
  for (const name of path.slice(0, -1)) {
    at[name] ??= {};
    at = at[name] as Record<string, unknown>;
  }
  at[path.at(-1)!] = value;
}
