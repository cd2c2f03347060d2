// Topics of more documents than memory holds: learned from a stream, and gone on with as further ones come.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { topicsToHtml } from 'espalier/draw';
import { readDocuments } from 'espalier/text';
import { TopicTree } from 'espalier/topics';

const USAGE = `node topics.mjs learn FILE [--out NAME] [--words N] [--sample N]
node topics.mjs update FILE [--out NAME]

FILE: a document a line, JSON lines, CSV or TSV; - is stdin.
--out NAME: writes NAME.json, the topics, and NAME.html, a page to look at; default topics. update goes on with that NAME.json.
--words N: of the vocabulary at most, default 1000. --sample N: documents that the structure is learned from, default 50000.`;

async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string', default: 'topics' },
      words: { type: 'string', default: '1000' },
      sample: { type: 'string', default: '50000' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const [command, file, ...more] = positionals;
  if (!['learn', 'update'].includes(command) || file === undefined || more.length > 0) throw new TypeError(USAGE);

  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new Error('stopped; nothing was written')));
  const { signal } = stop;
  const source = await opened(file, signal);
  try {
    // Each pass opens the documents anew; of the text no more than a piece is in memory.
    const documents = () => readDocuments(createReadStream(source.path, { signal }));
    const topics =
      command === 'learn'
        ? await TopicTree.learn(documents, {
            maxFeatures: Number(values.words),
            sampleRows: Number(values.sample),
            signal,
            onProgress: ({ phase, done, total }) =>
              tell(`${phase} ${done}${total === undefined ? '' : ` of ${total}`}`),
          })
        : await (await TopicTree.fromJSON(JSON.parse(await readFile(`${values.out}.json`, 'utf8')))).update(documents, {
            signal,
            onProgress: ({ rows }) => tell(`update ${rows}`),
          });
    // Of all documents those that speak for a topic and a fair sample are shown.
    const report = await topics.describe(documents(), {
      shown: 1000,
      signal,
      onProgress: ({ documents: done }) => tell(`describe ${done}`),
    });
    tell('');
    await replace(`${values.out}.json`, JSON.stringify(topics));
    await replace(`${values.out}.html`, topicsToHtml(report));
    print(report);
  } finally {
    await source.remove();
  }
}

/** stdin can be read but once: it goes to a file first. */
async function opened(file, signal) {
  if (file !== '-') return { path: file, remove: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), 'stream-topics-'));
  const path = join(folder, 'documents');
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await pipeline(process.stdin, createWriteStream(path), { signal });
    return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function print({ documents, wordless, vocabulary, levels, topics }) {
  console.log(`${documents} documents, ${wordless} of them without any of the ${vocabulary} words`);
  for (const { id, name, level, share, features } of topics) {
    const indent = '  '.repeat(levels.length - level);
    const words = features.slice(0, 7).map((feature) => feature.name);
    console.log(`${indent}${id} ${(100 * share).toFixed(1)} % ${name ? `${name}: ` : ''}${words.join(', ')}`);
  }
}

/** On one line of a terminal; a log has no use for it. */
function tell(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

async function replace(path, text) {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

try {
  await main();
} catch (error) {
  tell('');
  console.error(error.message);
  process.exitCode = error instanceof TypeError || error instanceof RangeError ? 2 : 1;
}
