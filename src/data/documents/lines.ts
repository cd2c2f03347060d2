import { show } from '../text/show.js';
import { LineCutter } from './chunks.js';
import type { Document } from './document.js';
import { type DocumentParser, documentOf, hasText } from './parser.js';

/** What every text of a document a line has in common. */
export abstract class ByLine implements DocumentParser {
  protected readonly cutter = new LineCutter();
  abstract readonly textless: number;

  push(text: string): Document[] {
    const documents: Document[] = [];
    this.cutter.push(text, (line) => this.take(line, documents));
    return documents;
  }

  end(): Document[] {
    const documents: Document[] = [];
    this.cutter.end((line) => this.take(line, documents));
    return documents;
  }

  protected abstract take(line: string, documents: Document[]): void;
}

/** A document a line; blank lines are none. */
export class LineParser extends ByLine {
  textless = 0;

  protected take(line: string, documents: Document[]): void {
    if (hasText(line)) documents.push({ text: line });
    else this.textless++;
  }
}

/** Lines of a label, a tab and a text, as they are: quotes mean nothing, further tabs are of the text. Blank lines are none. */
export class LabelledLineParser extends ByLine {
  #header: boolean;
  textless = 0;

  /** @param header whether the first line only names the two columns */
  constructor(header: boolean) {
    super();
    this.#header = header;
  }

  protected take(line: string, documents: Document[]): void {
    const tab = line.indexOf('\t');
    if (tab < 0) {
      if (hasText(line))
        throw new RangeError(`line ${this.cutter.lines}: expected a label, a tab and a text, got ${show(line)}`);
      this.textless++;
      return;
    }
    if (this.#header) {
      this.#header = false;
      return;
    }
    const text = line.slice(tab + 1);
    if (hasText(text)) documents.push(documentOf(text, line.slice(0, tab).trim()));
    else this.textless++;
  }
}
