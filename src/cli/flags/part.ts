import type { Command } from 'commander';
import { addDataOptions } from '../options.js';
import { addFlags } from './add.js';
import { addDocumentOptions } from './documents.js';
import { InputArgument } from './files.js';
import { COLUMN_FLAGS, VECTORIZER_FLAGS } from './texts.js';

/** The argument of commands that take a part of some data. */
export function addPart(command: Command): Command {
  return command
    .addArgument(
      new InputArgument('<part>', 'sparse text, svmlight, CSV, IDX, or with --text documents; - for standard input'),
    )
    .option('--text', 'PART holds texts, which go by their words; a folder does');
}

/** How a part is read. */
export function addPartOptions(command: Command): Command {
  const ofTexts = { heading: 'Texts:' };
  addDataOptions(command, true);
  addDocumentOptions(command, { ...ofTexts, flags: COLUMN_FLAGS });
  return addFlags(command, VECTORIZER_FLAGS, ofTexts);
}
