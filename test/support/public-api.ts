// Everything a person can call, found by reflection over the built package; what the declarations call private, protected or internal is left out.
import { readdirSync, readFileSync } from 'node:fs';
import * as index from 'espalier';
import * as counts from 'espalier/counts';
import * as draw from 'espalier/draw';
import * as kernels from 'espalier/kernels';
import * as read from 'espalier/read';
import * as text from 'espalier/text';
import * as topics from 'espalier/topics';
import * as worker from 'espalier/worker';

type Callee = (...args: unknown[]) => unknown;

/** `loadNet`, `Dataset.dense` (static), `Dataset#subset` (of an instance), `new Dataset`. */
export interface PublicCall {
  readonly name: string;
  /** Parameters, those with a default included. */
  readonly parameters: number;
  /** `on`: an instance, for methods. */
  call(args: readonly unknown[], on?: object): unknown;
}

const dist = new URL('../../../dist/', import.meta.url);

/** Each function once: an inherited method under the class that has it. */
export function publicCalls(): PublicCall[] {
  const declared = declaredMembers();
  const found = new Map<string, PublicCall>();
  const exported: Record<string, unknown> = {
    ...index,
    ...counts,
    ...draw,
    ...kernels,
    ...read,
    ...text,
    ...topics,
    ...worker,
  };
  for (const [name, value] of Object.entries(exported)) {
    if (typeof value !== 'function') continue;
    const callee = value as Callee;
    if (!isClass(callee)) add(found, name, callee, (args) => callee(...args));
    else addClass(found, name, callee, declared);
  }
  return [...found.values()];
}

function addClass(
  found: Map<string, PublicCall>,
  name: string,
  made: Callee,
  declared: Map<string, Set<string>>,
): void {
  const maker = made as unknown as new (...args: unknown[]) => unknown;
  add(found, `new ${name}`, made, (args) => new maker(...args));
  const members = declared.get(name)!;
  for (const key of Object.getOwnPropertyNames(made)) {
    const value = (made as unknown as Record<string, unknown>)[key];
    if (typeof value === 'function' && members.has(`static ${key}`))
      add(found, `${name}.${key}`, value as Callee, (args) => (value as Callee).apply(made, [...args]));
  }
  for (let at = made.prototype as object; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    const owner = at.constructor.name;
    for (const key of Object.getOwnPropertyNames(at)) {
      const { value } = Object.getOwnPropertyDescriptor(at, key)!;
      if (key === 'constructor' || typeof value !== 'function' || !declared.get(owner)!.has(key)) continue;
      add(found, `${owner}#${key}`, value as Callee, (args, on) => (value as Callee).apply(on, [...args]));
    }
  }
}

function add(found: Map<string, PublicCall>, name: string, callee: Callee, call: PublicCall['call']): void {
  found.set(name, { name, parameters: parametersOf(callee), call });
}

function isClass(callee: Callee): boolean {
  return Function.prototype.toString.call(callee).startsWith('class');
}

/** Counted in the source; of a class in its constructor's, or that of the class it extends. */
function parametersOf(callee: Callee): number {
  const source = Function.prototype.toString.call(callee);
  let from = source.indexOf('(');
  if (isClass(callee)) {
    const at = /\n {4}constructor\(/.exec(source);
    if (!at) return parametersOf(Object.getPrototypeOf(callee) as Callee);
    from = at.index + at[0].length - 1;
  }
  let depth = 0;
  let count = 0;
  for (let at = from; ; at++) {
    const code = source[at]!;
    if ('([{'.includes(code)) depth++;
    else if (')]}'.includes(code)) {
      if (--depth === 0) return count;
    } else if (depth === 1 && code === ',') count++;
    if (depth === 1 && count === 0 && /[\w.]/.test(code)) count = 1;
    if (depth > 1 && count === 0) count = 1;
  }
}

/** By class, its members of no modifier but `static`. */
function declaredMembers(): Map<string, Set<string>> {
  const members = new Map<string, Set<string>>();
  for (const path of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.d.ts')) continue;
    const text = readFileSync(new URL(path, dist), 'utf8');
    for (const [, name, body] of text.matchAll(/^export declare (?:abstract )?class (\w+)[^\n]*\{\n([\s\S]*?)^\}/gm)) {
      const open = body!.replace(/\/\*\*(?:(?!\*\/)[\s\S])*@internal[\s\S]*?\*\/\s*[^\n]*\n/g, '');
      const found = open.matchAll(/^ {4}(?:abstract )?(static )?(\w+)[(<]/gm);
      members.set(name!, new Set(Array.from(found, ([, isStatic = '', key]) => isStatic + key)));
    }
  }
  return members;
}
