// Readers that yield: the same rows and refusals as those that do not, in turns with other tasks.
import {
  learnCsv,
  learnCsvAsync,
  learnSvmlight,
  learnSvmlightAsync,
  parseSparseText,
  parseSparseTextAsync,
  parseSvmlight,
  parseSvmlightAsync,
  readCsv,
  readCsvAsync,
} from 'espalier/read';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { csvText, sparseText, taskText } from '../../support/cli-data.js';
import { SlowClock } from '../../support/slow-clock.js';

interface More {
  signal?: AbortSignal;
  onProgress?: (read: number, characters: number) => void;
}

interface Reader {
  readonly name: string;
  readonly texts: readonly string[];
  read(text: string): unknown;
  readInTurns(text: string, more: More): Promise<unknown>;
}

const long = sparseText(3000, 1);
const svmlight = long.replaceAll(',', ' ');
const csv = csvText(4000, 1);
const { schema } = learnCsv(csv, { target: 'kind' });

const READERS: Reader[] = [
  {
    name: 'parseSparseText',
    texts: [
      long,
      taskText(9, 1),
      `0,1:1\r\n${'1,2:1\n'.repeat(2)}\n\n`,
      '0\n1\n',
      '',
      '0,1:1\n1,2:x\n',
      '0,1:1\n0,1:1,1:2',
    ],
    read: (text) => parseSparseText(text),
    readInTurns: (text, more) => parseSparseTextAsync(text, more),
  },
  {
    name: 'learnSvmlight',
    texts: [svmlight, '1 qid:3 1:1 # a\n\n# none\n-1 2:1', '1\n2\n', '# none\n', '1 1:1\nx 2:1\n'],
    read: (text) => learnSvmlight(text),
    readInTurns: (text, more) => learnSvmlightAsync(text, more),
  },
  {
    name: 'parseSvmlight',
    texts: [svmlight],
    read: (text) => parseSvmlight(text),
    readInTurns: (text, more) => parseSvmlightAsync(text, more),
  },
  {
    name: 'learnCsv',
    texts: [csv, csv.replaceAll('\n', '\r\n'), 'a,b\n1,2\n3\n', '', 'a,b\n1,"x\n'],
    read: (text) => learnCsv(text, { target: -1 }),
    readInTurns: (text, more) => learnCsvAsync(text, { target: -1, ...more }),
  },
  {
    name: 'readCsv',
    texts: [csv, csvText(50, 2), 'a,b\n1,2\n'],
    read: (text) => readCsv(text, schema),
    readInTurns: (text, more) => readCsvAsync(text, schema, more),
  },
];

async function outcome(work: () => unknown): Promise<unknown> {
  try {
    return structuredClone(await work());
  } catch (error) {
    return `refused: ${error}`;
  }
}

for (const { name, texts, read, readInTurns } of READERS) {
  test(`${name}Async: what ${name} gives, or refuses`, async () => {
    for (const text of texts) {
      const clock = new SlowClock();
      try {
        assert.equal(await outcome(() => readInTurns(text, {})), await outcome(() => read(text)));
      } finally {
        clock.stop();
      }
    }
  });

  test(`${name}Async: tells how far it is, and stops with the signal's reason`, async () => {
    const text = texts[0]!;
    const clock = new SlowClock();
    const stop = new AbortController();
    const told: number[] = [];
    const tell = (read: number, characters: number) => {
      assert.is(characters, text.length);
      told.push(read);
    };
    try {
      await readInTurns(text, { onProgress: tell });
      assert.is(told.at(-1), text.length);
      assert.ok(told.length > 3, `told ${told.length} times`);
      assert.ok(told.every((read, i) => i === 0 || read >= told[i - 1]!));
      assert.ok(told.some((read) => read > 0 && read < text.length));
      const count = told.length;
      const stopped = readInTurns(text, {
        signal: stop.signal,
        onProgress: (read, characters) => {
          tell(read, characters);
          if (told.length === count + 2) stop.abort('enough');
        },
      });
      assert.is(await stopped.catch((error) => error), 'enough');
      assert.is(told.length, count + 2, 'went on after the abort');
    } finally {
      clock.stop();
    }
    const reason = new Error('before');
    assert.is(await readInTurns(text, { signal: AbortSignal.abort(reason) }).catch((error) => error), reason);
    const failed = new Error('told too much');
    const fails = readInTurns(text, { onProgress: () => Promise.reject(failed) as never });
    assert.is(await fails.catch((error) => error), failed);
  });
}

test.run();
