// A net of more rows than memory holds: its tree from counts or a sample, its weights from a folder of files, one in memory at a time.
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Dataset, TrfNet, treeFromJson } from 'espalier';
import { gunzip, parseSparseText, textOf } from 'espalier/read';

const USAGE = `node train.mjs FOLDER --columns N --classes N [--tree FILE] [--out FILE] [--window N] [--sample N] [--epochs N] [--seed N]

FOLDER: files of sparse rows, "label,column:value ..." a line, *.txt or *.txt.gz; the last one by name is held out, to choose the best epoch by.
--tree FILE: the tree of all rows, as espalier tree writes it to a file .json, of counts say; without it the tree of the sample.
--out FILE: the net, default net.safetensors. FILE.checkpoint is written after each epoch and at Ctrl-C: the same command goes on from there.
--window N: rows that are shuffled together, default 65536. --sample N: rows that the net is grown from, default 50000. --epochs N: default 5.`;

async function main() {
  const number = (name) => (values[name] === undefined ? undefined : Number(values[name]));
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      ...Object.fromEntries(
        ['columns', 'classes', 'tree', 'window', 'sample', 'seed'].map((name) => [name, { type: 'string' }]),
      ),
      epochs: { type: 'string', default: '5' },
      out: { type: 'string', default: 'net.safetensors' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const [folder, ...more] = positionals;
  if (!folder || more.length > 0 || !values.columns || !values.classes) throw new TypeError(USAGE);

  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new Error('stopped; the same command goes on from here')));
  const { signal } = stop;

  const names = (await readdir(folder)).filter((name) => /\.txt(\.gz)?$/.test(name)).sort();
  if (names.length < 2)
    throw new RangeError(`${folder}: expected two files *.txt or *.txt.gz at least, got ${names.length}`);
  const open = async (name) => {
    const bytes = await readFile(join(folder, name));
    const text = await textOf(name.endsWith('.gz') ? await gunzip(bytes) : bytes);
    // Said of all files alike: one may lack a class, or the last columns.
    return parseSparseText(text, { columns: number('columns'), classes: number('classes') });
  };
  const validation = await open(names.pop());
  const stream = await Dataset.stream(
    names.map((name) => () => open(name)),
    { window: number('window'), signal, onProgress: (done, files) => tell(`${done} of ${files} files counted`) },
  );
  tell('');
  console.log(`${stream.rows} rows in ${names.length} files`);

  const tree = values.tree && treeFromJson(JSON.parse(await readFile(values.tree, 'utf8')));
  const sample = await stream.sample(number('sample') ?? 50_000, { seed: number('seed'), signal });
  const net = await TrfNet.grow(sample, { seed: number('seed'), signal, ...(tree ? { tree } : {}) });

  const checkpoint = `${values.out}.checkpoint`;
  await net.fit(stream, {
    epochs: number('epochs'),
    validation,
    signal,
    resume: await found(checkpoint),
    onCheckpoint: (bytes) => replace(checkpoint, bytes),
    onProgress: ({ epoch, batch, batches, loss }) =>
      tell(`epoch ${epoch}, batch ${batch} of ${batches}, loss ${loss.toFixed(4)}`),
    onEpoch: ({ epoch, loss, validation: { accuracy } }) => {
      tell('');
      console.log(`epoch ${epoch}: loss ${loss.toFixed(4)}, accuracy ${(100 * accuracy).toFixed(2)} %`);
    },
  });
  await replace(values.out, await net.saveAsync());
  await rm(checkpoint, { force: true });
}

/** Undefined where there is no such file. */
function found(path) {
  return readFile(path).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** On one line of a terminal; a log has no use for it. */
function tell(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

async function replace(path, bytes) {
  await writeFile(`${path}.new`, bytes);
  await rename(`${path}.new`, path);
}

try {
  await main();
} catch (error) {
  tell('');
  console.error(error.message);
  process.exitCode = error instanceof TypeError || error instanceof RangeError ? 2 : 1;
}
