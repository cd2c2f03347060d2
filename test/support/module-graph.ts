// What a page loads: the ES modules reachable from a file, found as a browser with an import map would find them.
import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';

/** What loads when it is first asked for: tables of records, readers of texts, what learns, expands and asks latent trees, threads, trees over sparse rows, of counts and by samples, what grows trees and knows information, blocks of bits, builds in wide registers and relaxed ones, streams of shards, what grows, trains and explains nets. */
export const LATER =
  /from-records|documents\/vectorizer\.|\/vectorizer-[A-Z\d]{8}|learner|expander|threads\/team|given-module|relaxed-bytes|\/(fit|stream|builds|explain|grow|sparse-prim|pair-lists|held-rows|posteriors|sampled|bit-pairs|tree-growing|information-asked|counted-tree|counted-target|counted-information|large-information|bound-pairs)[.-]/;

export interface ModuleGraph {
  /** Every file reached, by URL. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Bare specifiers and the files they stand for: an import map. */
  readonly bare: ReadonlyMap<string, string>;
  /** Static imports that only Node can serve, as `importer → specifier`. */
  readonly builtins: readonly string[];
}

interface Reference {
  readonly specifier: string;
  readonly dynamic: boolean;
}

/** Follows static imports, dynamic imports of a literal, and `new URL(literal, import.meta.url)` of scripts, but no specifier that `without` matches. */
export function moduleGraph(entry: URL, without?: RegExp): ModuleGraph {
  const files = new Map<string, Buffer>();
  const bare = new Map<string, string>();
  const builtins: string[] = [];
  const queue = [entry.href];
  for (let href = queue.pop(); href; href = queue.pop()) {
    if (files.has(href)) continue;
    const bytes = readFileSync(new URL(href));
    files.set(href, bytes);
    for (const { specifier, dynamic } of references(bytes.toString('utf8'))) {
      if (without?.test(specifier)) continue;
      if (isBuiltin(specifier)) {
        // Behind a dynamic import, Node's own modules are the code's business: it asks where it runs first.
        if (!dynamic) builtins.push(`${href} → ${specifier}`);
      } else if (/^\.{0,2}\//.test(specifier)) {
        queue.push(new URL(specifier, href).href);
      } else {
        const target = resolveBare(specifier, href);
        const other = bare.get(specifier);
        if (other && other !== target) throw new Error(`two copies of ${specifier}: ${other} and ${target}`);
        bare.set(specifier, target);
        queue.push(target);
      }
    }
  }
  return { files, bare, builtins };
}

/** Statements start a line or follow another, or a block, in what compilers write, so examples in comments (` * import …`) are not taken for code. */
function references(source: string): Reference[] {
  const found: Reference[] = [];
  const collect = (pattern: RegExp, dynamic: boolean) => {
    for (const match of source.matchAll(pattern)) found.push({ specifier: match[1]!, dynamic });
  };
  collect(/(?:^|[;}])(?:import|export)(?=[\s{*])[^'"`;()]*?\bfrom\s*['"]([^'"]+)['"]/gm, false);
  collect(/(?:^|[;}])import\s*['"]([^'"]+)['"]/gm, false);
  collect(/^(?!\s*(?:\*|\/\/)).*?\bimport\(\s*(?:\/\*.*?\*\/\s*)?['"]([^'"]+)['"]\s*\)/gm, true);
  collect(/^(?!\s*(?:\*|\/\/)).*?\bnew URL\(\s*['"](\.[^'"]+\.m?js)['"],\s*import\.meta\.url/gm, true);
  return found;
}

/** Node's `exports` rules as a browser build applies them: the conditions browser, import, default; and `imports` of a whole folder. */
function resolveBare(specifier: string, importer: string): string {
  const [, name, rest] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(specifier)!;
  const folder = packageFolder(name!, importer);
  const manifest = manifestIn(folder);
  if (name!.startsWith('#')) return new URL(manifest.imports[`${name}/*`].replace('*', rest!.slice(1)), folder).href;
  const subpath = `.${rest ?? ''}`;
  const { exports } = manifest;
  let target: unknown;
  if (exports === undefined) {
    target = rest ? subpath : (manifest.module ?? manifest.main ?? './index.js');
  } else {
    const bySubpath = typeof exports === 'object' && Object.keys(exports).some((key) => key.startsWith('.'));
    target = pick(bySubpath ? exports[subpath] : subpath === '.' ? exports : undefined);
  }
  if (typeof target !== 'string') throw new Error(`${specifier}, imported by ${importer}, is not exported to browsers`);
  return new URL(target, folder).href;
}

function pick(target: unknown): unknown {
  if (typeof target !== 'object' || target === null) return target;
  for (const [condition, inner] of Object.entries(target)) {
    if (['browser', 'import', 'module', 'default'].includes(condition)) {
      const found = pick(inner);
      if (found) return found;
    }
  }
  return undefined;
}

function manifestIn(folder: URL) {
  return JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
}

/** Of an installed package, or of the importer's own, which may go by its name. */
function packageFolder(name: string, importer: string): URL {
  for (let at = new URL('.', importer); ; at = new URL('..', at)) {
    if (existsSync(new URL('package.json', at)) && (name.startsWith('#') || manifestIn(at).name === name)) return at;
    const folder = new URL(`node_modules/${name}/`, at);
    if (existsSync(new URL('package.json', folder))) return folder;
    if (at.href === new URL('..', at).href) throw new Error(`${name}, imported by ${importer}, is not installed`);
  }
}
