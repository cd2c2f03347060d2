import { got } from '../../check/phrase.js';
import { show } from '../text/show.js';
import { MOST_CHARACTERS } from './chunks.js';
import type { Document } from './document.js';
import { ByLine } from './lines.js';
import { type DocumentParser, documentOf, hasText } from './parser.js';

/** Which fields of objects are what; none where the values are strings. */
export interface JsonFields {
  readonly text: string;
  readonly label?: string | undefined;
  readonly date?: string | undefined;
  readonly name?: string | undefined;
}

/** Makes documents of JSON values. */
class Values {
  readonly #fields: JsonFields | undefined;
  textless = 0;

  constructor(fields: JsonFields | undefined) {
    this.#fields = fields;
  }

  add(value: unknown, where: string, documents: Document[]): void {
    const fields = this.#fields;
    let document: Document;
    if (typeof value === 'string') document = { text: value };
    else if (!isObject(value)) throw new RangeError(`${where}: expected an object or a string, got ${kindOf(value)}`);
    else if (fields === undefined) throw new RangeError(`${where}: expected a string like those before, got an object`);
    else {
      const text = value[fields.text];
      if (text !== undefined && text !== null && typeof text !== 'string')
        throw new RangeError(`${where}: expected a text in ${show(fields.text)}, got ${kindOf(text)}`);
      const part = (field: string | undefined) =>
        field === undefined ? undefined : scalar(value[field], field, where);
      document = documentOf(text ?? '', part(fields.label), part(fields.date), part(fields.name));
    }
    if (hasText(document.text)) documents.push(document);
    else this.textless++;
  }
}

/** A JSON value a line. */
export class JsonLineParser extends ByLine {
  readonly #values: Values;

  constructor(fields: JsonFields | undefined) {
    super();
    this.#values = new Values(fields);
  }

  get textless(): number {
    return this.#values.textless;
  }

  protected take(line: string, documents: Document[]): void {
    if (!hasText(line)) return;
    const where = `line ${this.cutter.lines}`;
    this.#values.add(parsed(line, where), where, documents);
  }
}

/** The values of one array. */
export class JsonArrayParser implements DocumentParser {
  readonly #values: Values;
  readonly #scanner = new ArrayScanner();

  constructor(fields: JsonFields | undefined) {
    this.#values = new Values(fields);
  }

  get textless(): number {
    return this.#values.textless;
  }

  push(text: string): Document[] {
    const documents: Document[] = [];
    this.#scanner.push(text, (value, where) => this.#values.add(parsed(value, where), where, documents));
    return documents;
  }

  end(): Document[] {
    this.#scanner.end();
    return [];
  }
}

const MARKS = /["\\{}[\],]/g;

/** Finds the values of an array in text that comes in parts. */
export class ArrayScanner {
  #depth = 0;
  #quoted = false;
  /** The next character is escaped. */
  #escaped = false;
  #parts: string[] = [];
  #length = 0;
  #values = 0;
  #closed = false;

  push(text: string, take: (value: string, where: string) => void): void {
    let from = 0;
    MARKS.lastIndex = 0;
    if (this.#escaped) {
      this.#escaped = false;
      MARKS.lastIndex = 1;
    }
    for (let found = MARKS.exec(text); found !== null; found = MARKS.exec(text)) {
      const at = found.index;
      const mark = found[0];
      if (this.#quoted) {
        if (mark === '"') this.#quoted = false;
        else if (mark === '\\') {
          if (at + 1 === text.length) this.#escaped = true;
          MARKS.lastIndex = at + 2;
        }
      } else if (mark === '"') this.#quoted = true;
      else if (mark === '{' || mark === '[') {
        if (this.#depth === 0) {
          if (this.#closed) this.#refuse();
          from = at + 1;
        }
        this.#depth++;
      } else if (mark === '}' || mark === ']') {
        if (this.#depth === 1) {
          this.#end(text.slice(from, at), take, mark === ']');
          from = at + 1;
        }
        this.#depth--;
        if (this.#depth === 0) this.#closed = true;
        if (this.#depth < 0) this.#refuse();
      } else if (mark === ',' && this.#depth === 1) {
        this.#end(text.slice(from, at), take, false);
        from = at + 1;
      }
    }
    this.#keep(text.slice(from));
  }

  end(): void {
    if (this.#depth > 0 || !this.#closed)
      throw new RangeError(`text: expected the ] of the array behind value ${this.#values}, got the end of the text`);
  }

  #keep(text: string): void {
    if (text === '') return;
    if (this.#closed) {
      this.#requireBlank(text);
      return;
    }
    this.#parts.push(text);
    this.#length += text.length;
    if (this.#length > MOST_CHARACTERS)
      throw new RangeError(
        `text[${this.#values}]: expected at most ${MOST_CHARACTERS} characters in a document, got more`,
      );
  }

  #end(text: string, take: (value: string, where: string) => void, last: boolean): void {
    const value = this.#parts.join('') + text;
    this.#parts = [];
    this.#length = 0;
    // An array of nothing, as none may end with a comma.
    if (last && this.#values === 0 && !hasText(value)) return;
    this.#values++;
    take(value, `text[${this.#values - 1}]`);
  }

  #requireBlank(text: string): void {
    if (hasText(text)) this.#refuse();
  }

  #refuse(): never {
    throw new RangeError('text: expected one array of JSON, got more behind its end');
  }
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RangeError(`${where}: expected JSON, got ${show(text.trim())}`);
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'an array' : isObject(value) ? 'an object' : got(value);
}

function scalar(value: unknown, field: string, where: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'object')
    throw new RangeError(`${where}: expected one word in ${show(field)}, got ${kindOf(value)}`);
  return String(value);
}
