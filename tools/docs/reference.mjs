// The reference as Markdown, by TypeDoc from the declarations in dist/. It reads a copy of them, in which declarations.mjs has written out what the package does not export.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';
import ts from 'typescript';
import { Declarations } from './declarations.mjs';

const root = new URL('../../', import.meta.url);
const pathOf = (url) => fileURLToPath(url);

/** Writes it into the folder `out` (a URL), and takes `scratch` (a URL) for what lies in between. */
export async function writeReference(out, scratch) {
  for (const folder of [out, scratch]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const declarations = new URL('dist/', scratch);
  cpSync(new URL('dist/', root), declarations, {
    recursive: true,
    filter: (path) => !/\.(js|map|wasm|txt)$/.test(path),
  });
  const { name, version, exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  writeFileSync(new URL('package.json', scratch), JSON.stringify({ name, version, type: 'module' }));
  writeFileSync(
    new URL('tsconfig.json', scratch),
    JSON.stringify({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2024',
        lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable'],
        types: [],
        strict: true,
        noEmit: true,
      },
      include: ['dist/*.d.ts'],
    }),
  );
  const entries = Object.entries(exports)
    .filter(([path]) => !/worker-script|min\.js$/.test(path))
    .flatMap(([, { types }]) => types ?? [])
    .map((path) => pathOf(new URL(path, scratch)));
  const { config } = ts.readConfigFile(pathOf(new URL('tsconfig.json', scratch)), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, pathOf(scratch));
  const program = ts.createProgram(entries, options);
  const own = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(pathOf(declarations)));
  const reader = new Declarations(program, entries, own, await optionsIn(own, pathOf(declarations)));
  const texts = own.map((file) => [file.fileName, reader.written(file)]);
  for (const [file, text] of texts) writeFileSync(file, entries.includes(file) ? named(name, file, text) : text);
  const app = await Application.bootstrapWithPlugins({
    name: 'Reference',
    entryPoints: entries,
    tsconfig: pathOf(new URL('tsconfig.json', scratch)),
    basePath: pathOf(new URL('dist/', scratch)),
    plugin: ['typedoc-plugin-markdown'],
    outputs: [{ name: 'markdown', path: pathOf(out) }],
    readme: 'none',
    disableSources: true,
    excludeProtected: true,
    excludePrivate: true,
    excludeInternal: true,
    // What the package does not export has no page, and is named without a link.
    validation: { notExported: false },
    sort: ['kind', 'alphabetical'],
    hideBreadcrumbs: true,
    hidePageHeader: true,
    entryFileName: 'index',
    useCodeBlocks: true,
    expandObjects: true,
    expandParameters: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    indexFormat: 'table',
    logLevel: 'Warn',
  });
  const project = await app.convert();
  if (!project) throw new Error('TypeDoc could not read the declarations');
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error('TypeDoc found errors');
  for (const name of readdirSync(out, { recursive: true }).filter((file) => file.endsWith('.md'))) {
    const page = new URL(name.replaceAll('\\', '/'), out);
    writeFileSync(page, worded(readFileSync(page, 'utf8')));
  }
}

/** TypeDoc writes defaults as code. Of options many are told in words. */
function worded(markdown) {
  if (!markdown.includes('| Default value |')) return markdown;
  return markdown
    .replace('| Default value |', '| Default |')
    .replace(/ \| `undefined` \| /g, ' | | ')
    .replace(/ \| `([^`|\n]* [^`|\n]*)` \| /g, (cell, text) =>
      /^(readonly|"|\{)/.test(text) ? cell : ` | ${text} | `,
    );
}

/** The declared options themselves, by the file and the name of their declaration; those that a module keeps to itself are not among them. */
async function optionsIn(files, declarations) {
  const modules = new Map();
  for (const { fileName } of files.filter(({ text }) => /\bdoc: /.test(text))) {
    const path = fileName.slice(declarations.length).replace(/d\.ts$/, 'js');
    modules.set(fileName, await import(new URL(path, new URL('dist/', root))));
  }
  return ({ fileName }, name) => modules.get(fileName)?.[name];
}

/** An entry says by which name it is imported, and what the first line of its source says it is. */
function named(name, file, text) {
  const entry = basename(file, '.d.ts');
  const [first] = readFileSync(new URL(`src/${entry}.ts`, root), 'utf8').split('\n');
  const said = /^\/\/ '[^']*': (.*)$/.exec(first)?.[1] ?? 'Data, structures, nets and the engine.';
  return `/**\n * ${said[0].toUpperCase()}${said.slice(1)}\n * @module ${entry === 'index' ? name : `${name}/${entry}`}\n */\n${text}`;
}
