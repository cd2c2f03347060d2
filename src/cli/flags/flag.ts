import type { GroupOption, Option, Options } from '../../check/option.js';

/** A command-line flag, as a declared option makes it. */
export interface Flag {
  /** 'skip-units' */
  readonly name: string;
  /** 'skipUnits': where commander keeps its text. */
  readonly key: string;
  /** Where the value belongs among the options: ['skipPaths', 'units']. */
  readonly path: readonly string[];
  readonly option: Option;
  /** The groups around it, outermost first. */
  readonly groups: readonly GroupOption[];
}

/** The flags of some options, in their order: options of kinds that no text can give have none; a group has its members'. */
export function flagsOf(options: Options, path: readonly string[] = [], groups: readonly GroupOption[] = []): Flag[] {
  return Object.entries(options).flatMap(([name, option]): Flag[] => {
    if (option.flag === false) return [];
    const own = [...path, name];
    const flag = { ...named(name, option, groups.at(-1)), path: own, option, groups };
    if (option.kind === 'group' && !option.names && !option.shorthand)
      return [...(option.file ? [flag] : []), ...flagsOf(option.options, own, [...groups, option])];
    return isText(option) ? [flag] : [];
  });
}

function named(name: string, option: Option, group: GroupOption | undefined): Pick<Flag, 'name' | 'key'> {
  const text = option.flag || (group?.prefix ? `${group.prefix}-${kebab(name)}` : kebab(name));
  return { name: text, key: camel(text) };
}

function isText(option: Option): boolean {
  switch (option.kind) {
    case 'signal':
    case 'callback':
      return false;
    case 'other':
      return option.text !== undefined;
    case 'list':
      return (
        option.of.kind === 'integer' ||
        option.of.kind === 'text' ||
        option.of.kind === 'number' ||
        (option.of.kind === 'list' && option.of.of.kind === 'other') ||
        (option.of.kind === 'group' && allIntegers(option.of.options))
      );
    default:
      return true;
  }
}

function allIntegers(options: Options): boolean {
  return Object.values(options).every(({ kind }) => kind === 'integer');
}

/** Whether the word none, given for this flag, takes the whole group around it away. */
export function takesNone({ groups }: Flag): boolean {
  return groups.at(-1)?.or?.(false) === true;
}

/** bottleneckNorm as bottleneck-norm. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
