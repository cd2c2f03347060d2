// `--set key=value`: any option of a method or of fit, by the name it is declared under (pretrain.epochs, skipPaths.units) or that of its flag (skipUnits), so that one
// command shows what one change does. `layers.radius=5` is for every layer, `layers.radius=6,5,5` one for each.
import type { Dataset } from 'espalier';
import type { GroupOption, ListOption, Option, Options } from '#dist/check/option.js';
import { flagsOf } from '#dist/cli/flags/flag.js';
import { parseText } from '#dist/cli/flags/text.js';
import type { Method } from '#dist/models/method.js';
import { METHODS } from '#dist/models/registry.js';
import { defaultLayers } from '#dist/models/trf/options.js';

/** Keys and their values as text, in the order given. */
export type Settings = readonly (readonly [key: string, text: string])[];

export interface MethodOptions {
  readonly learn: Record<string, unknown>;
  readonly fit: Record<string, unknown>;
}

interface Place {
  readonly path: readonly string[];
  readonly option: Option;
}

/** Where each key of some options belongs. */
function placesOf(options: Options): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const { key, path, option } of flagsOf(options)) {
    places.set(key, { path, option });
    places.set(path.join('.'), { path, option });
  }
  // The flags of an optimiser are its name alone; what it has is set by name here.
  for (const [name, option] of Object.entries(options)) {
    if (option.kind !== 'variant') continue;
    for (const inner of Object.values(option.of))
      for (const [key, own] of Object.entries(inner)) places.set(key, { path: [name, key], option: own });
  }
  for (const [name, option] of Object.entries(options)) {
    const of = option.kind === 'list' && option.of.kind === 'group' ? option.of.options : {};
    for (const [key, own] of Object.entries(of)) places.set(`${name}.${key}`, { path: [name, key], option: own });
  }
  return places;
}

/** Reads `key=value` items. RangeError for a key that no method has. */
export function describeSettings(assignments: readonly string[]): { values: Settings; text: string } {
  const known = new Set(METHODS.flatMap(({ options, fit }) => [...placesOf(options).keys(), ...placesOf(fit).keys()]));
  const values = assignments.map((assignment) => {
    const at = assignment.indexOf('=');
    const key = assignment.slice(0, at);
    if (at < 1 || !known.has(key)) {
      throw new RangeError(
        `--set: expected key=value with a key of ${[...known].sort().join(', ')}; got ${JSON.stringify(assignment)}`,
      );
    }
    return [key, assignment.slice(at + 1)] as const;
  });
  return { values, text: assignments.join(', ') };
}

/** The options of a method after these settings; those that it does not have are another method's. */
export function optionsFor({ options, fit }: Method, train: Dataset, settings: Settings): MethodOptions {
  const result: MethodOptions = { learn: {}, fit: {} };
  for (const [key, text] of settings) {
    for (const [part, declared] of [
      ['learn', options],
      ['fit', fit],
    ] as const) {
      const place = placesOf(declared).get(key);
      if (place) put(result[part], declared, place, text, train);
    }
  }
  return result;
}

function put(
  options: Record<string, unknown>,
  declared: Options,
  { path, option }: Place,
  text: string,
  train: Dataset,
) {
  const [name, key] = path as [string, string?];
  const outer = declared[name]!;
  if (key === undefined) options[name] = parseText(option, text);
  else if (outer.kind === 'list') options[name] = eachLayer(outer, options[name], train, key, text);
  else {
    const before = options[name] ?? (outer.kind === 'variant' ? { kind: outer.default ?? 'adam' } : {});
    options[name] = { ...(before as object), [key]: parseText(option, text) };
  }
}

function eachLayer(outer: ListOption, given: unknown, train: Dataset, key: string, text: string): object[] {
  const layers = (given as object[] | undefined) ?? defaultLayers(train);
  const values = text.split(',').map((part) => parseText((outer.of as GroupOption).options[key]!, part));
  if (values.length > 1 && values.length !== layers.length)
    throw new RangeError(`--set ${key}: expected one number or ${layers.length}, got ${values.length}`);
  return layers.map((layer, l) => ({ ...layer, [key]: values[values.length === 1 ? 0 : l] }));
}
