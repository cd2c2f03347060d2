import { type Command, Option } from 'commander';
import { DOCUMENT_COLUMNS, TEXT_FORMATS, type TextFormat } from '../../data/documents/options.js';
import { UserError } from '../errors.js';
import { addFlags } from './add.js';
import { flagsOf } from './flag.js';
import { parseFlag } from './parse.js';

/** What files of documents may be, and folders. */
const FORMATS = [...TEXT_FORMATS, 'folder'] as const;

export const DOCUMENT_FLAGS = flagsOf(DOCUMENT_COLUMNS);

/** Texts of the flags, as commander keeps them. */
export interface DocumentTexts {
  readonly format?: string;
  readonly textColumn?: string;
  readonly labelColumn?: string;
  readonly dateColumn?: string;
}

/** What the texts stand for. */
export interface DocumentAsked {
  readonly format?: TextFormat | 'folder';
  readonly textColumn?: string | number;
  readonly labelColumn?: string | number;
  readonly dateColumn?: string | number;
}

/** Options on reading documents; --format gets further choices where a command that reads rows has one. */
export function addDocumentOptions(command: Command, { heading = 'Options:', hidden = false } = {}): Command {
  const known = command.options.find(({ long }) => long === '--format');
  if (known) known.choices([...new Set([...(known.argChoices ?? []), ...FORMATS])]);
  else
    command.addOption(
      new Option('--format <format>', 'default: told by the name and the contents')
        .choices([...FORMATS])
        .helpGroup(heading)
        .hideHelp(hidden),
    );
  return addFlags(command, DOCUMENT_FLAGS, { heading, hidden });
}

/** UserError for a text that stands for nothing, and for a format of rows. */
export function readDocumentTexts(texts: DocumentTexts): DocumentAsked {
  const { format } = texts;
  if (format !== undefined && !isFormat(format))
    throw new UserError(`--format ${format}: is of rows of features; documents are ${FORMATS.join(', ')}`);
  const given = DOCUMENT_FLAGS.flatMap((flag) => {
    const text = texts[flag.key as keyof DocumentTexts];
    return text === undefined ? [] : [[flag.key, parseFlag(flag, text)]];
  });
  return { ...(format === undefined ? {} : { format }), ...Object.fromEntries(given) };
}

function isFormat(format: string): format is TextFormat | 'folder' {
  return (FORMATS as readonly string[]).includes(format);
}
