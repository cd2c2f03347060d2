// The page: a file, the tree of its columns, a net, a prediction. Whatever is begun anew stops what it takes the place of.
import type { EpochRecord, Evaluation } from 'espalier';
import { curve } from './curve.js';
import { fill, rowOf } from './form.js';
import { type Columns, draw, predict, pruned, type Reading, readColumns, type Trained, train } from './learning.js';

const $ = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const threshold = $<HTMLInputElement>('threshold');
const target = $<HTMLSelectElement>('target');
const row = $<HTMLFormElement>('row');
const trainButton = $('train').querySelector('button')!;
const stopButton = $<HTMLButtonElement>('stop');
const progress = $<HTMLProgressElement>('progress');
// Its styles stay its own.
const drawing = $('tree').attachShadow({ mode: 'open' });

/** As wide as the page lets it be, on the page's own paper, and with letters that can be read on a phone. */
const DRAWING = `svg { display: block; width: 100%; height: auto; overflow: visible }
rect { fill: none }
@media (max-width: 500px) { svg .t text { font-size: 13px } }`;

let file: File | undefined;
let columns: Columns | undefined;
let reading: Reading = {};
let trained: Trained | undefined;

/** Runs the newest call of each kind; an older one is stopped, and no word is heard of it. */
function newest<A extends unknown[]>(work: (signal: AbortSignal, ...given: A) => Promise<void>) {
  let current = new AbortController();
  const start = async (...given: A): Promise<void> => {
    current.abort();
    const own = new AbortController();
    current = own;
    try {
      await work(own.signal, ...given);
    } catch (error) {
      if (!own.signal.aborted) showTrouble(error as Error);
    }
  };
  return Object.assign(start, { stop: () => current.abort() });
}

const read = newest(async (signal) => {
  if (!file) return;
  training.stop();
  for (const id of ['structure', 'learning', 'prediction']) $(id).hidden = true;
  hideTrouble();
  $('about').textContent = `Reading ${file.name} …`;
  const bytes = new Uint8Array(await file.arrayBuffer());
  const found = await readColumns(bytes, reading, signal).catch((error) => {
    if (!signal.aborted) $('about').textContent = `${file!.name} could not be read.`;
    throw error;
  });
  if (signal.aborted) return;
  columns = found;
  $('about').textContent = [
    `${file.name}: ${columns.rows} rows, ${columns.names.length} columns.`,
    ...columns.warnings,
  ].join(' ');
  target.replaceChildren(...columns.names.map((name) => new Option(name)));
  target.selectedIndex = columns.names.length - 1;
  threshold.value = '0';
  resetNet();
  await redraw();
});

const redraw = newest(async (signal) => {
  if (!columns) return;
  const { tree } = columns;
  const most = Math.max(0, ...tree.edges.map(({ information }) => information));
  const least = (most * threshold.valueAsNumber) / 100;
  const shown = pruned(tree, least);
  const svg = await draw(shown);
  if (signal.aborted) return;
  drawing.innerHTML = `<style>${DRAWING}</style>${svg}`;
  $('least').textContent = `${least.toFixed(3)} nats`;
  $('ties').textContent = `${shown.edges.length} of ${tree.edges.length} are left`;
  $('structure').hidden = $('learning').hidden = false;
});

const training = newest(async (signal) => {
  if (!columns) return;
  resetNet();
  trainButton.disabled = true;
  stopButton.disabled = progress.hidden = false;
  progress.removeAttribute('value');
  $('state').textContent = 'Reading …';
  const records: EpochRecord[] = [];
  let epochs = 1;
  try {
    const net = await train(columns.text, {
      target: target.value,
      epochs: $<HTMLInputElement>('epochs').valueAsNumber || undefined,
      reading,
      signal,
      onProgress(told) {
        if (told.phase !== 'fit') {
          $('state').textContent = 'Growing the net …';
          return;
        }
        epochs = told.epochs;
        progress.value = (told.epoch - 1 + told.batch / told.batches) / epochs;
        $('state').textContent = `Pass ${told.epoch} of ${epochs}, about ${Math.ceil(told.secondsLeft)} s left`;
      },
      onEpoch(record) {
        records.push(record);
        $('curve').innerHTML = curve(records, epochs, $('curve').clientWidth);
      },
    });
    trained = net;
    $('state').textContent = net.stopped
      ? `Stopped after ${records.length} of ${epochs} passes.`
      : `${epochs} passes done.`;
    $('result').textContent = `${inWords(net.evaluation)} ${net.net.weights} weights.`;
    $('result').hidden = $('prediction').hidden = false;
    fill(row, net.schema, columns.first);
    await answer();
  } catch (error) {
    $('state').textContent = signal.aborted ? 'Stopped before the first pass was done.' : '';
    throw error;
  } finally {
    trainButton.disabled = false;
    stopButton.disabled = progress.hidden = true;
  }
});

const answer = newest(async (signal) => {
  if (!trained) return;
  const box = $('answer');
  try {
    const guesses = await predict(trained, rowOf(row));
    if (signal.aborted) return;
    const bars = guesses.slice(0, 8).map(({ name, probability }) => {
      const bar = Object.assign(document.createElement('div'), { className: 'guess' });
      bar.append(Object.assign(document.createElement('strong'), { textContent: name }));
      if (probability === undefined) return bar;
      const meter = Object.assign(document.createElement('meter'), { value: probability });
      meter.setAttribute('aria-label', name);
      bar.append(meter, `${(100 * probability).toFixed(1)} %`);
      return bar;
    });
    box.replaceChildren(...bars);
  } catch (error) {
    // What is wrong with the row is told beside it.
    box.replaceChildren(
      Object.assign(document.createElement('p'), { className: 'trouble', textContent: (error as Error).message }),
    );
  }
});

function inWords({ accuracy, r2, rmse, rows }: Evaluation): string {
  const on = `${rows} rows that it never saw`;
  if (accuracy !== undefined) return `Right on ${(100 * accuracy).toFixed(1)} % of ${on}.`;
  const share = r2 == null ? '' : `, ${(100 * r2).toFixed(1)} % of the variance explained`;
  return `Off by ${rmse?.toPrecision(3)} (root mean square) on ${on}${share}.`;
}

function resetNet(): void {
  trained?.net.dispose();
  trained = undefined;
  hideTrouble();
  $('curve').replaceChildren();
  $('state').textContent = '';
  $('result').hidden = $('prediction').hidden = true;
}

/** With a button that goes on where the error tells by which options. */
function showTrouble(error: Error & { suggestion?: Reading }): void {
  const [message, button] = [$('trouble').querySelector('p')!, $('trouble').querySelector('button')!];
  message.textContent = error.message;
  button.hidden = !error.suggestion;
  button.textContent = `Read it with ${JSON.stringify(error.suggestion)}`;
  button.onclick = () => {
    reading = { ...reading, ...error.suggestion };
    void read();
  };
  $('trouble').hidden = false;
}

function hideTrouble(): void {
  $('trouble').hidden = true;
}

function take(given: File | undefined): void {
  if (!given) return;
  file = given;
  reading = {};
  void read();
}

const drop = $('drop');
$<HTMLInputElement>('file').addEventListener('change', ({ target }) => take((target as HTMLInputElement).files?.[0]));
drop.addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.classList.add('over');
});
drop.addEventListener('dragleave', () => drop.classList.remove('over'));
drop.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  take(event.dataTransfer?.files[0]);
});
threshold.addEventListener('input', () => void redraw());
$('train').addEventListener('submit', (event) => {
  event.preventDefault();
  void training();
});
stopButton.addEventListener('click', () => training.stop());
row.addEventListener('submit', (event) => {
  event.preventDefault();
  void answer();
});
row.addEventListener('input', () => void answer());
