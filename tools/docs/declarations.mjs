// Declarations as a reader wants them: whatever the package does not export is written out where it is used, and options stand with all their fields, defaults and sections of the list of options.
import GithubSlugger from 'github-slugger';
import ts from 'typescript';
import { phrase } from '../../dist/check/phrase.js';
import { defaultText } from '../../dist/cli/flags/add.js';
import { documented } from '../../dist/cli/options-doc.js';

const { TypeFlags, SymbolFlags } = ts;
const WRITTEN = ts.TypeFormatFlags.NoTruncation;
/** Of TypeScript, and of no use to a reader: what they come to is told. */
const RESHAPED = new Set(['Omit', 'Pick', 'Partial', 'Exclude', 'Extract']);

export class Declarations {
  /** Symbols by the names under which the package exports them. */
  #exported = new Map();
  /** Options that have a name of their own, by what they look like. */
  #named = new Map();

  /** `entries`: the files of the package's entries; `own`: the files of its declarations; `optionsOf(file, name)`: the options declared there, if they can be had. */
  constructor(program, entries, own, optionsOf) {
    this.checker = program.getTypeChecker();
    this.own = new Set(own);
    this.optionsOf = optionsOf;
    for (const entry of entries) {
      for (const found of this.checker.getExportsOfModule(
        this.checker.getSymbolAtLocation(program.getSourceFile(entry)),
      )) {
        this.#exported.set(this.#aimOf(found), found.name);
      }
    }
    for (const symbol of this.#exported.keys()) {
      const node = symbol.declarations?.find(ts.isTypeAliasDeclaration);
      if (!node || node.typeParameters) continue;
      const type = this.checker.getTypeAtLocation(node.name);
      if (!isOptions(node.type) && !type.isUnion() && !this.#isOwn(type.symbol)) continue;
      const shape = this.#shapeOf(type);
      // Two of one shape: which of them is meant, nobody knows.
      this.#named.set(shape, this.#named.has(shape) ? undefined : symbol);
    }
  }

  /** The text of a file, written out. */
  written(file) {
    const changes = [];
    const put = (node, text) => changes.push([node.getStart(file), node.end, text]);
    const shown = (node) => this.#exported.has(this.checker.getSymbolAtLocation(node.name ?? node));
    const visit = (node) => {
      if (isKept(node) || (ts.isStatement(node) && !shown(node))) return;
      if (ts.isIntersectionTypeNode(node) && node.types.some(isPackage)) {
        const rest = node.types.filter((part) => !isPackage(part));
        return put(node, rest.map((part) => part.getText(file)).join(' & '));
      }
      if (ts.isTypeAliasDeclaration(node) && !node.typeParameters && this.#isRecord(node.type)) {
        put(node, this.#interfaceOf(node));
      } else if (ts.isTypeNode(node) && this.#isHidden(node) && this.#typeOf(node)) {
        const text = this.#plain(this.#typeOf(node), node);
        put(
          node,
          ts.isTypeNode(node.parent) && (!ts.isUnionTypeNode(node.parent) || text.includes('=>')) ? `(${text})` : text,
        );
      } else if (ts.isInterfaceDeclaration(node) && this.#inheritsHidden(node)) {
        put(node, this.#interfaceOf(node));
      } else {
        ts.forEachChild(node, visit);
      }
    };
    ts.forEachChild(file, visit);
    return changes.reverse().reduce((text, [from, to, by]) => text.slice(0, from) + by + text.slice(to), file.text);
  }

  /** Of what depends on a type that only the caller knows, all that it can come to. */
  #typeOf(node) {
    const type = this.checker.getTypeFromTypeNode(node);
    if (!this.#isOpen(node)) return type;
    return ts.isTypeReferenceNode(node) && !RESHAPED.has(node.typeName.getText())
      ? this.checker.getBaseConstraintOfType(type)
      : undefined;
  }

  /** Options, and whatever is made of them by leaving out and adding. */
  #isRecord(type) {
    if (isOptions(type)) return true;
    if (ts.isIntersectionTypeNode(type) && type.types.some(isPackage)) return false;
    return ts.isIntersectionTypeNode(type) && type.types.some((part) => this.#isHidden(part));
  }

  #interfaceOf(node) {
    const options = node.type && isOptions(node.type) ? this.#declared(node.type) : undefined;
    const fields = this.#fieldsOf(this.checker.getTypeAtLocation(node.name), node, [], options, true);
    const said = ts.displayPartsToString(node.symbol.getDocumentationComment(this.checker));
    return `/** ${escaped(`${said}\n${options ? sectionsOf(options) : ''}`)} */\nexport interface ${node.name.text} ${fields}`;
  }

  #inheritsHidden({ heritageClauses = [], typeParameters }) {
    const parents = heritageClauses.flatMap(({ types }) => [...types]);
    return !typeParameters && parents.some((of) => this.#isOwn(this.checker.getSymbolAtLocation(of.expression)));
  }

  /** The options that `OptionsOf<typeof X>` is the type of. */
  #declared({ typeArguments: [query] }) {
    if (!ts.isTypeQueryNode(query)) return undefined;
    const { name, declarations } = this.#aimOf(this.checker.getSymbolAtLocation(query.exprName));
    return this.optionsOf(declarations[0].getSourceFile(), name);
  }

  /** Names that the package does not export, or what is made of such. */
  #isHidden(node) {
    if (ts.isTypeQueryNode(node)) return this.#isOwn(this.checker.getSymbolAtLocation(node.exprName));
    if (ts.isIndexedAccessTypeNode(node)) return mentions(node, (inner) => inner !== node && this.#isHidden(inner));
    if (ts.isIntersectionTypeNode(node)) {
      const hidden = node.types.filter((part) => this.#isHidden(part));
      return hidden.length > 0 && node.types.every((part) => hidden.includes(part) || ts.isTypeLiteralNode(part));
    }
    if (!ts.isTypeReferenceNode(node)) return false;
    const symbol = this.checker.getSymbolAtLocation(node.typeName);
    if (RESHAPED.has(symbol?.name)) return true;
    return this.#isOwn(symbol);
  }

  #isOwn(symbol) {
    if (!symbol || symbol.flags & SymbolFlags.TypeParameter) return false;
    const aim = this.#aimOf(symbol);
    return !this.#exported.has(aim) && (aim.declarations ?? []).some((at) => this.own.has(at.getSourceFile()));
  }

  /** Whether it depends on a type that only the caller knows. */
  #isOpen(node) {
    return mentions(node, (inner) => {
      if (!ts.isTypeReferenceNode(inner)) return false;
      const symbol = this.checker.getSymbolAtLocation(inner.typeName);
      const within = ({ pos, end }) => pos >= node.pos && end <= node.end;
      return Boolean(symbol && symbol.flags & SymbolFlags.TypeParameter && !symbol.declarations.every(within));
    });
  }

  #aimOf(symbol) {
    return symbol.flags & SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
  }

  #plain(type, node, within = [], options = undefined) {
    const { checker } = this;
    const named = type.aliasSymbol ?? type.symbol;
    if (named && this.#exported.has(named) && node.parent.symbol !== named)
      return checker.typeToString(type, node, WRITTEN);
    if (type.flags & TypeFlags.Boolean) return 'boolean';
    // A number with a mark, by which the compiler tells addresses from sizes, is a number.
    const bare = type.isIntersection() && type.types.find(({ flags }) => flags & (TypeFlags.Number | TypeFlags.String));
    if (bare) return checker.typeToString(bare);
    const known = !isOptions(node) && this.#named.get(this.#shapeOf(type));
    if (known && known !== node.parent.symbol) return this.#nameOf(known, node);
    if (type.isUnion()) return this.#union(type, node, within, options);
    if (checker.isArrayType(type) || checker.isTupleType(type)) return this.#list(type, node, within);
    if (!(type.flags & (TypeFlags.Object | TypeFlags.Intersection)) || within.includes(type) || type.isClass())
      return checker.typeToString(type, node, WRITTEN);
    if (type.symbol && !this.#isOwn(type.symbol) && !isAnonymous(type.symbol))
      return checker.typeToString(type, node, WRITTEN);
    if (type.getCallSignatures().length > 0) return this.#callable(type, node, within);
    return checker.getPropertiesOfType(type).length === 0
      ? checker.typeToString(type, node, WRITTEN)
      : this.#fieldsOf(type, node, [...within, type], options);
  }

  #nameOf(symbol, node) {
    const from = symbol.declarations[0].getSourceFile();
    if (from === node.getSourceFile()) return symbol.name;
    return `import(${JSON.stringify(from.fileName.replace(/d\.ts$/, 'js'))}).${symbol.name}`;
  }

  #union(type, node, within, options) {
    const parts = new Set();
    const both = type.types.filter(({ flags }) => flags & TypeFlags.BooleanLiteral).length === 2;
    for (const part of type.types) {
      if (part.flags & TypeFlags.Undefined) continue;
      const text = both && part.flags & TypeFlags.BooleanLiteral ? 'boolean' : this.#plain(part, node, within, options);
      parts.add(part.getCallSignatures().length > 0 ? `(${text})` : text);
    }
    return [...parts].join(' | ');
  }

  #list(type, node, within) {
    const { checker } = this;
    const parts = checker.getTypeArguments(type).map((part) => this.#plain(part, node, within));
    const fixed = checker.isTupleType(type);
    const unchanging = fixed ? type.target.readonly : type.symbol.name === 'ReadonlyArray';
    const [of] = parts;
    const text = fixed
      ? `[${parts.join(', ')}]`
      : /[|&]|=>|^readonly /.test(of.replace(/^\{[\s\S]*\}$/, ''))
        ? `(${of})[]`
        : `${of}[]`;
    return unchanging ? `readonly ${text}` : text;
  }

  #callable(type, node, within) {
    const [signature] = type.getCallSignatures();
    if (signature.typeParameters) return this.checker.typeToString(type, node, WRITTEN);
    const given = signature.parameters.map((parameter) => {
      const { valueDeclaration: at } = parameter;
      const optional = at && this.checker.isOptionalParameter(at) ? '?' : '';
      const rest = at?.dotDotDotToken ? '...' : '';
      return `${rest}${parameter.name}${optional}: ${this.#plain(this.checker.getTypeOfSymbolAtLocation(parameter, node), node, within)}`;
    });
    const predicate = this.checker.getTypePredicateOfSignature(signature);
    const back = predicate ? 'boolean' : this.#plain(signature.getReturnType(), node, within);
    return `(${given.join(', ')}) => ${back}`;
  }

  /** An object with what is said of each of its fields. */
  #fieldsOf(type, node, within, options, apart = false) {
    const fields = this.#shownOf(type).map((field) => {
      const option = options?.[field.name];
      const inner = this.checker.getTypeOfSymbolAtLocation(field, node);
      const optional = field.flags & SymbolFlags.Optional ? '?' : '';
      const written = this.#plain(
        optional ? this.checker.getNonNullableType(inner) : inner,
        node,
        within,
        option?.options,
      );
      const said = ts.displayPartsToString(field.getDocumentationComment(this.checker));
      return `${commentOf(said, option, apart)}${field.name}${optional}: ${written};\n`;
    });
    return `{\n${fields.join('')}}`;
  }

  #shownOf(type) {
    return this.checker.getPropertiesOfType(type).filter(({ declarations = [] }) => !declarations.some(isKept));
  }

  #shapeOf(type) {
    if (type.isUnion()) {
      const parts = type.types.filter(({ flags }) => !(flags & TypeFlags.Undefined));
      if (!parts.some(({ flags }) => flags & (TypeFlags.Object | TypeFlags.Intersection))) return `${type.id}`;
      return parts
        .map((part) => this.#shapeOf(part))
        .sort()
        .join(' | ');
    }
    if (
      !(type.flags & (TypeFlags.Object | TypeFlags.Intersection)) ||
      type.getCallSignatures().length > 0 ||
      type.isClass()
    ) {
      return this.checker.typeToString(type, undefined, WRITTEN | ts.TypeFormatFlags.InTypeAlias);
    }
    const fields = this.checker.getPropertiesOfType(type).map((field) => {
      const inner = this.checker.getTypeOfSymbol(field);
      return `${field.name}: ${this.checker.typeToString(inner, undefined, WRITTEN | ts.TypeFormatFlags.InTypeAlias)}`;
    });
    return fields.length > 1 ? fields.sort().join('; ') : `${type.id}`;
  }
}

/** What is said of a field, with what it may be where its type tells less, and its default, perhaps apart. */
function commentOf(said, option, apart) {
  const [, text, written] = /^([\s\S]*?)(?: Default: ([\s\S]*)\.)?$/.exec(said);
  const range = option && ['integer', 'number', 'list'].includes(option.kind) ? ` Expected: ${phrase(option)}.` : '';
  const initial = written ?? (option && defaultText(option));
  const told = option?.required ? 'must be given' : initial;
  const lines = apart
    ? [`${text}${range}`, ...(told ? [`@defaultValue ${told}`] : [])]
    : [`${text}${range}${initial ? ` Default: ${initial}.` : ''}`];
  return `/**\n${lines.map((line) => ` * ${escaped(line)}\n`).join('')} */\n`;
}

/** Where the list of options has these, with their flags. */
function sectionsOf(options) {
  const links = documented()
    .filter((entry) => entry.options === options)
    .flatMap(({ of }) => `[${of}](options:${new GithubSlugger().slug(of)})`);
  return links.length === 0 ? '' : `In the list of all options: ${links.join('; ')}.`;
}

const escaped = (text) => text.replaceAll('*/', '*\u200b/').replaceAll('\n', '\n * ');
const isOptions = (type) => ts.isTypeReferenceNode(type) && type.typeName.getText() === 'OptionsOf';
/** The whole package behind a worker: what is said of it says it better than all its functions written out. */
const isPackage = (node) => ts.isTypeReferenceNode(node) && /\bRemoteModule</.test(node.getText());
/** Kept from readers: what is not public, or said to be internal. */
const isKept = (node) =>
  Boolean(ts.getCombinedModifierFlags(node) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) ||
  ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal');
const isAnonymous = ({ name }) => name.startsWith('__');

function mentions(node, wanted) {
  if (wanted(node)) return true;
  return Boolean(ts.forEachChild(node, (inner) => mentions(inner, wanted) || undefined));
}
