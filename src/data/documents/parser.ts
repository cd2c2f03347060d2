import type { Document } from './document.js';

/** Makes documents of a text that comes in parts: of LF alone at the ends of lines. */
export interface DocumentParser {
  /** Documents that are whole with this part. */
  push(text: string): Document[];
  /** Those that the end of the text makes whole. */
  end(): Document[];
  /** Documents without a text, which are left out. */
  readonly textless: number;
}

/** Whether a text has more than white space. */
export function hasText(text: string): boolean {
  return /\S/.test(text);
}

/** A document of what is known; what is empty is absent. */
export function documentOf(text: string, label?: string, date?: string, name?: string): Document {
  return {
    text,
    ...(label ? { label } : {}),
    ...(date ? { date } : {}),
    ...(name ? { name } : {}),
  };
}
