// Whatever is run over texts from outside takes time in proportion to their length, and says little of them when it refuses.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from 'espalier';
import { learnCsvSchema, parseSparseText, parseSvmlight, readCsv } from 'espalier/read';
import { htmlToText, markdownToText, periodOf, readDocuments } from 'espalier/text';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { levelList } from '#dist/cli/commands/latent-assign.js';
import { oneLine } from '#dist/cli/errors.js';
import { parseText } from '#dist/cli/flags/text.js';
import * as options from '#dist/cli/options.js';
import { readInput, readNames } from '#dist/cli/read/input-file.js';
import { CSV } from '#dist/data/text/csv.js';
import { isNumber } from '#dist/data/text/number.js';
import { readRaw } from '#dist/data/text/read-raw.js';
import { dotLine } from '#dist/drawings/dot.js';
import { broken, fitted, nameStyle } from '#dist/drawings/gates/words.js';
import { xml } from '#dist/drawings/svg.js';
import { treeToSvg } from '#dist/drawings/tree/drawing.js';
import { gatesToCsv } from '#dist/structure/gates.js';
import { Tree } from '#dist/structure/tree.js';

const SHORT = 100_000;
const LONG = 1_000_000;
/** Ten times the text takes ten times as long; 100 times where time grows with the square. */
const MOST_RATIO = 40;
/** A first collection of garbage is a jump that does not go on: 4 times the text then takes 16 times as long only where time grows with the square. */
const LONGER = 4;
const MOST_LONGER = 9;
/** CPU times, milliseconds: too short to compare, and too long to go on. */
const NOISE = 15;
const LONGEST = 2000;
const LONGEST_MESSAGE = 2000;

/** A part that is repeated, and an end. */
type Kind = readonly [part: string, end: string];

const DIGITS: Kind = ['1', 'x'];
const QUOTES: Kind = ['"', 'x'];
const BLANKS: Kind = [' ', 'x'];
const KINDS: readonly Kind[] = [
  DIGITS,
  QUOTES,
  BLANKS,
  ['0.', '.'],
  ['1e', '-'],
  ['-', '1'],
  ['"a', '"'],
  [',', ''],
  [':1,', ':'],
  [' \n', ' '],
  ['\\', '"'],
  ['1 ', '?'],
];

let folder = '';
test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-linear-'));
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

function written(text: string): string {
  const path = join(folder, 'text');
  writeFileSync(path, text);
  return path;
}

const rows = Array.from({ length: 30 }, (_, r) => `${r},${r % 2 ? 'yes' : 'no'}`).join('\n');
const schema = learnCsvSchema(`a,b\n${rows}\n`, { target: 'b' });
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

async function drained(text: string, format?: 'lines' | 'csv' | 'jsonl'): Promise<void> {
  for await (const { text: one } of readDocuments(text, format ? { format } : {})) assert.ok(one.length > 0);
}

/** Everything that looks at outside texts, by what it looks at. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'a number': isNumber,
  'CSV, the whole text': (text) => learnCsvSchema(text, { target: null }),
  'CSV, raw columns': (text) => readRaw(text, { missingMarks: ['', 'NA'] }),
  'CSV, quotes and then blanks': (text) => readRaw(`${text}"${' '.repeat(text.length)},`, { missingMarks: [''] }),
  'CSV, a quote that never closes': (text) =>
    readRaw(`a,b\n1,"x\n${text.replaceAll('"', '""')}`, { missingMarks: [''] }),
  'CSV, a name': (text) => learnCsvSchema(`${quoted(text)},b\n${rows}\n`, { target: 'b' }),
  'CSV, a cell to learn from': (text) => learnCsvSchema(`a,b\n${rows}\n${quoted(text)},no\n`, { target: 'b' }),
  'CSV, a target': (text) => learnCsvSchema(`a,b\n${rows}\n1,${quoted(text)}\n`, { target: 'b', task: 'values' }),
  'CSV, a cell to read': (text) => readCsv(`a,b\n${quoted(text)},no\n`, schema),
  'CSV, a class to read': (text) => readCsv(`a,b\n1,${quoted(text)}\n`, schema),
  'sparse text, the whole': (text) => parseSparseText(text),
  'sparse text, labels': (text) => parseSparseText(`${text},0:1\n0,1:1`),
  'sparse text, a feature': (text) => parseSparseText(`0,${text}:1\n1,1:1`),
  'sparse text, a value': (text) => parseSparseText(`0,1:${text}\n1,1:1`),
  'svmlight, the whole': (text) => parseSvmlight(text),
  'svmlight, a label': (text) => parseSvmlight(`${text} 1:1\n1 1:1`),
  'svmlight, an index': (text) => parseSvmlight(`0 ${text}:1\n1 1:1`),
  'svmlight, a value': (text) => parseSvmlight(`0 1:${text}\n1 1:1`),
  'svmlight, a query': (text) => parseSvmlight(`0 qid:${text}\n1 1:1`),
  'svmlight, a comment': (text) => parseSvmlight(`0 1:1 #${text}\n1 1:1`),
  'documents of any format': (text) => drained(text),
  'documents, lines': (text) => drained(text, 'lines'),
  'documents, CSV': (text) => drained(`text,b\n${text}`, 'csv'),
  'documents, a text in CSV': (text) => drained(`text,b\n${quoted(text)},c\n`, 'csv'),
  'documents, a text in JSON': (text) => drained(JSON.stringify([{ text }]), 'jsonl'),
  'documents, a text in JSON lines': (text) => drained(JSON.stringify({ text }), 'jsonl'),
  HTML: htmlToText,
  'HTML, tags': (text) => htmlToText(text.replaceAll('1', '<b>').replaceAll('"', '<div>').replaceAll('-', '</i>')),
  Markdown: markdownToText,
  'Markdown, links': (text) => markdownToText(text.replaceAll('"', '[').replaceAll('1', '[a](').replaceAll('-', '*')),
  'a date': (text) => periodOf(text, 'day'),
  'the kind of a file': (text) => readInput(written(text), undefined),
  'names, one a line': (text) => readNames(written(text)),
  'a metadata key of a file': (text) => readSafetensors(writeSafetensors({}, { [text]: text })),
  'the header of a file': (text) => {
    const json = Buffer.from(`{"a":${text}}`);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    return readSafetensors(Buffer.concat([length, json]));
  },
  'the text of an integer': options.integer(0),
  'the text of a number': options.share,
  'the text of a column': (text) => parseText(CSV.target, text),
  'the text of names': (text) => parseText(CSV.ignore, text),
  'the text of a name in quotes': (text) => parseText(CSV.ignore, `"${text}"`),
  'the text of levels': levelList,
  'the text of an option, a list': (text) =>
    parseText({ kind: 'list', of: { kind: 'integer', from: 0, doc: '' }, doc: '' }, text),
  'the text of an option, an integer': (text) => parseText({ kind: 'integer', from: 0, doc: '' }, text),
  'a message': oneLine,
  'a name in DOT': (text) => dotLine(text, { label: text }),
  'a name in XML': xml,
  'a name in a drawing': (text) => treeToSvg(new Tree(2, [{ a: 0, b: 1, information: 1 }], 0, [text, 'b'])),
  'a name above gates': (text) => {
    const block = { name: text, first: 0, count: 1, alwaysOn: 0, alwaysOff: 0, inputDependent: 1, meanOpen: 0.5 };
    return [nameStyle([{ block, columns: [[0]] } as unknown as Parameters<typeof nameStyle>[0][number]], 9)(text)];
  },
  'words cut to a width': (text) => [fitted(text, 100), broken(text, 100)],
  'a name in the CSV of gates': (text) =>
    gatesToCsv({ blocks: [{ name: text, first: 0, count: 1 }], openRate: [0.5] } as unknown as Parameters<
      typeof gatesToCsv
    >[0]),
};

/** Those that take a microsecond a character, with texts that are of interest to them. */
const SLOW: Readonly<Record<string, readonly Kind[]>> = {
  'CSV, the whole text': [DIGITS, [':1,', ':']],
  'CSV, a name': [DIGITS],
  'CSV, a cell to learn from': [DIGITS, BLANKS, QUOTES, ['0.', '.'], ['1e', '-']],
  'CSV, a target': [DIGITS],
  'CSV, a cell to read': [DIGITS],
  'CSV, a class to read': [QUOTES],
  'a name in a drawing': [DIGITS, QUOTES],
};

/** CPU time, so that a busy machine counts little; milliseconds. What is thrown must be short. */
async function timeOf(read: (text: string) => unknown, text: string): Promise<number> {
  const begun = process.cpuUsage();
  try {
    await read(text);
  } catch (error) {
    const { message } = error as Error;
    assert.ok(message.length < LONGEST_MESSAGE, `a message of ${message.length} characters: ${message.slice(0, 300)}`);
  }
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

for (const [name, read] of Object.entries(READERS)) {
  test(`linear in length: ${name}`, async () => {
    for (const [part, end] of SLOW[name] ?? KINDS) {
      const filled = (length: number) => part.repeat(Math.floor(length / part.length)) + end;
      let ratios = '';
      // A single measure may be off; time that grows with the square stays so.
      for (let attempt = 0; ; attempt++) {
        const few = await timeOf(read, filled(SHORT));
        // The long text would take minutes.
        assert.ok(
          few < LONGEST,
          `${JSON.stringify(part)} and ${JSON.stringify(end)}: ${few.toFixed(0)} ms at ${SHORT}`,
        );
        const many = await timeOf(read, filled(LONG));
        if (many <= MOST_RATIO * Math.max(few, NOISE)) break;
        ratios += ` ${few.toFixed(0)} to ${many.toFixed(0)} ms`;
        if (many < LONGER * LONGEST) {
          const more = await timeOf(read, filled(LONGER * LONG));
          if (more <= MOST_LONGER * many) break;
          ratios += ` to ${more.toFixed(0)} ms`;
        }
        if (attempt === 2) assert.unreachable(`${JSON.stringify(part)} and ${JSON.stringify(end)}:${ratios}`);
      }
    }
  });
}

test.run();
