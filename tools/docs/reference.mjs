// The reference as Markdown, by TypeDoc from the declarations in dist/. It reads a copy of them, in which options stand with all their fields: the package says `OptionsOf<typeof TRF>`.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';
import ts from 'typescript';

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
  const checker = program.getTypeChecker();
  const own = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(pathOf(declarations)));
  const texts = own.map((file) => [file.fileName, spelledOut(checker, file)]);
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
}

/** `type TrfOptions = OptionsOf<typeof TRF>` becomes an interface with every field, its type and what is said of it; of a file's text. */
function spelledOut(checker, file) {
  let { text } = file;
  const aliases = file.statements.filter((node) => ts.isTypeAliasDeclaration(node) && isOptions(node.type));
  for (const node of aliases.reverse()) {
    const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias;
    const fields = checker.getPropertiesOfType(checker.getTypeAtLocation(node.name)).map((field) => {
      const type = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(field, node));
      const said = ts.displayPartsToString(field.getDocumentationComment(checker));
      const optional = field.flags & ts.SymbolFlags.Optional ? '?' : '';
      return `    /** ${said} */\n    ${field.name}${optional}: ${checker.typeToString(type, node, flags)};\n`;
    });
    const written = `export interface ${node.name.text} {\n${fields.join('')}}`;
    text = text.slice(0, node.getStart(file)) + written + text.slice(node.end);
  }
  return text;
}

const isOptions = (type) => ts.isTypeReferenceNode(type) && type.typeName.getText() === 'OptionsOf';

/** An entry says by which name it is imported, and what the first line of its source says it is. */
function named(name, file, text) {
  const entry = basename(file, '.d.ts');
  const [first] = readFileSync(new URL(`src/${entry}.ts`, root), 'utf8').split('\n');
  const said = /^\/\/ '[^']*': (.*)$/.exec(first)?.[1] ?? 'Data, structures, nets and the engine.';
  return `/**\n * ${said[0].toUpperCase()}${said.slice(1)}\n * @module ${entry === 'index' ? name : `${name}/${entry}`}\n */\n${text}`;
}
