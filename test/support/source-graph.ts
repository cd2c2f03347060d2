// Who imports whom in a folder of TypeScript sources, and the rules that a graph of imports can break.
import { readdirSync, readFileSync } from 'node:fs';
import { posix, sep } from 'node:path';

/** `value`: run when the module is loaded; `type`: gone after compilation; `dynamic`: `import(…)` in code. */
export type ImportKind = 'value' | 'type' | 'dynamic';

export interface Import {
  readonly kind: ImportKind;
  /** A path below the folder (`data/split.ts`), or a package's specifier. */
  readonly target: string;
}

/** Files, by path below the folder, and what each imports. */
export type SourceGraph = ReadonlyMap<string, readonly Import[]>;

export interface Source {
  readonly path: string;
  readonly text: string;
}

/** A folder of files that imports only what stands below it. */
export interface Room {
  readonly name: string;
  /** Rooms of one rank do not import each other. */
  readonly rank: number;
}

export function readSources(folder: URL): Source[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(sep).join('/'))
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((path) => ({ path, text: readFileSync(new URL(path, folder), 'utf8') }));
}

/** Relative specifiers become paths; one that leads to no source is an error, so that a misread import cannot hide. */
export function sourceGraph(sources: readonly Source[]): SourceGraph {
  const known = new Set(sources.map(({ path }) => path));
  const graph = new Map<string, Import[]>();
  for (const { path, text } of sources) {
    const imports = importsOf(text).map(({ kind, target }) => {
      if (!target.startsWith('.')) return { kind, target };
      const file = posix.join(posix.dirname(path), target).replace(/\.js$/, '.ts');
      if (!known.has(file)) throw new Error(`${path} imports ${target}, which is not there`);
      return { kind, target: file };
    });
    graph.set(path, imports);
  }
  return graph;
}

/** All imports of a module, as the formatter writes them: a statement starts its line. Targets as written. */
export function importsOf(text: string): Import[] {
  const found: Import[] = [];
  for (const [, clause, target] of text.matchAll(/^(?:import|export)\s([^'"`;()=]*?)\bfrom\s*['"]([^'"]+)['"]/gm)) {
    found.push({ kind: onlyTypes(clause!) ? 'type' : 'value', target: target! });
  }
  for (const [, target] of text.matchAll(/^import\s*['"]([^'"]+)['"]/gm))
    found.push({ kind: 'value', target: target! });
  const code = text.replace(/^\s*(?:\*|\/\*|\/\/).*$/gm, '');
  for (const match of code.matchAll(/(\btypeof\s+)?\bimport\(\s*['"]([^'"]+)['"]\s*\)(\.[A-Z])?/g)) {
    // `typeof import('x')` and `import('x').Name` stand for types.
    found.push({ kind: match[1] || match[3] ? 'type' : 'dynamic', target: match[2]! });
  }
  return found;
}

/** `type X`, `type { X }`, `{ type X, type Y }`. */
function onlyTypes(clause: string): boolean {
  if (/^type\s+[^,\s]/.test(clause)) return true;
  const names = (/^\{([^}]*)\}\s*$/.exec(clause)?.[1] ?? '').split(',').filter((name) => name.trim() !== '');
  return names.length > 0 && names.every((name) => /^\s*type\s/.test(name));
}

/** Every import of one of the kinds, as [importer, imported]. */
export function edges(graph: SourceGraph, kinds: readonly ImportKind[]): [string, string][] {
  return [...graph].flatMap(([from, imports]) =>
    imports.filter(({ kind }) => kinds.includes(kind)).map(({ target }): [string, string] => [from, target]),
  );
}

/** Files that import each other in a circle: each circle's files once, as Tarjan's algorithm finds them. */
export function circles(graph: SourceGraph, kinds: readonly ImportKind[]): string[][] {
  const next = new Map<string, string[]>();
  for (const [from, to] of edges(graph, kinds)) next.set(from, [...(next.get(from) ?? []), to]);
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (file: string) => {
    order.set(file, order.size);
    low.set(file, order.get(file)!);
    open.push(file);
    for (const target of next.get(file) ?? []) {
      if (!order.has(target)) visit(target);
      if (open.includes(target)) low.set(file, Math.min(low.get(file)!, low.get(target)!));
    }
    if (low.get(file) !== order.get(file)) return;
    const circle = open.splice(open.indexOf(file));
    if (circle.length > 1 || next.get(file)?.includes(file)) found.push(circle.sort());
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return found;
}

/**
 * Imports between rooms that do not point to a lower one, as `importer → imported`. Files that stand in no folder are entries: they import everything and
 * nothing imports them. A room that is not declared is reported, too.
 */
export function upwardArrows(graph: SourceGraph, rooms: readonly Room[], kinds: readonly ImportKind[]): string[] {
  const ranks = new Map(rooms.map(({ name, rank }) => [name, rank]));
  const found = new Set<string>();
  for (const file of graph.keys()) {
    const room = roomOf(file);
    if (room !== undefined && !ranks.has(room)) found.add(`${file} stands in a room that is not declared`);
  }
  for (const [from, to] of edges(graph, kinds)) {
    if (!graph.has(to)) continue;
    const [above, below] = [roomOf(from), roomOf(to)];
    if (above === undefined || above === below) continue;
    const down = below !== undefined && ranks.get(above)! > ranks.get(below)!;
    if (!down) found.add(`${from} → ${to}`);
  }
  return [...found].sort();
}

/** Files and packages that loading `entry` loads, dynamic imports left out. */
export function loadedBy(graph: SourceGraph, entry: string): Set<string> {
  const reached = new Set<string>();
  const queue = [entry];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    for (const { kind, target } of graph.get(file) ?? []) if (kind === 'value') queue.push(target);
  }
  return reached;
}

/** The first folder of the path; undefined for a file that stands in none. */
export function roomOf(file: string): string | undefined {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : undefined;
}
