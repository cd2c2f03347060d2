// The page: files or a sample, and tabs over them. Whatever is begun anew stops what it takes the place of.
import { $, button } from './dom.js';
import { dropped, readAll } from './dropped.js';
import { newest } from './newest.js';
import { type Data, type GivenFile, type Reading, readFiles } from './reading.js';
import { SAMPLES, type Sample } from './samples.js';
import { type Page, TAB_NAMES, TABS, type TabName, type TabView } from './tabs.js';
import { hideTrouble, type Remediable, showTrouble } from './trouble.js';
import { moveTo, onReturn, place } from './url.js';
import { starting } from './worker.js';

const sampleChoice = $<HTMLSelectElement>('#sample');
const now = $('#now');
let files: readonly GivenFile[] = [];
let reading: Reading = {};
let data: Data | undefined;
/** Tabs that show the data of now. */
const shown = new Set<TabName>();
const views = new Map<TabName, Promise<TabView>>();

const page: Page = {
  place,
  moveTo,
  failed: (error) => showTrouble(error),
  reading: () => reading,
  correct: (how) => void take(files, how, sampleNow()),
};

/** What was asked for last, refused or not. */
let asked: [readonly GivenFile[], Reading, Sample | undefined] = [[], {}, undefined];

/** Takes these files, read so, for the data; where they are refused the old ones stay. */
const take = newest(
  async (signal, source: readonly GivenFile[] | Sample['given'], how: Reading, sample: Sample | undefined) => {
    hideTrouble();
    now.textContent = 'Reading …';
    const given = typeof source === 'function' ? await source() : source;
    signal.throwIfAborted();
    asked = [given, how, sample];
    const found = await readFiles(given, how, signal);
    if (signal.aborted) {
      await found.data?.dispose();
      return;
    }
    const old = data;
    [files, reading, data] = [given, how, found];
    shown.clear();
    sampleChoice.value = sample?.id ?? '';
    moveTo({
      sample: sample?.id,
      target: how.table?.target === undefined ? undefined : (how.table.target ?? ''),
    });
    now.textContent = toldOf(found);
    showTab(tabNow());
    await old?.data?.dispose().catch(() => {});
  },
  (error: Remediable) => {
    now.textContent = data ? toldOf(data) : '';
    sampleChoice.value = place().sample ?? '';
    // What was asked for in a field is not so.
    if (data && tabNow() === 'data') showTab('data', true);
    showTrouble(error, data && `Still shown: ${data.name}.`, again);
  },
);

/** Reads what was refused anew. */
function again(better: Reading): void {
  const [given, how, sample] = asked;
  void take(given, { ...how, ...better, table: { ...how.table, ...better.table } }, sample);
}

function toldOf({ name, rows, kind }: Data): string {
  return `${name}: ${rows} ${kind === 'table' || kind === 'sparse' ? 'rows' : kind}.`;
}

function tabNow(): TabName {
  return TAB_NAMES.find((tab) => tab === place().tab) ?? 'tree';
}

function showTab(tab: TabName, anew = false): void {
  for (const name of TAB_NAMES) {
    const isIt = name === tab;
    const mark = $(`#tab-${name}`);
    mark.setAttribute('aria-selected', String(isIt));
    mark.tabIndex = isIt ? 0 : -1;
    $(`#panel-${name}`).hidden = !isIt;
  }
  if (!shown.has(tab) || anew) void fill(tab);
}

/** By the data of the moment it is loaded. */
async function fill(tab: TabName): Promise<void> {
  shown.add(tab);
  const view = views.get(tab) ?? TABS[tab]().then((make) => make($(`#panel-${tab}`), page));
  views.set(tab, view);
  try {
    const made = await view;
    if (shown.has(tab)) made.show(data);
  } catch (error) {
    views.delete(tab);
    shown.delete(tab);
    showTrouble(error as Error);
  }
}

function sampleNow(): Sample | undefined {
  return SAMPLES.find(({ id }) => id === place().sample);
}

function takeSample(sample: Sample, how: Reading = {}): void {
  void take(sample.given, how, sample);
}

/** In the order they are given, not that in which they are read. */
function takeFiles(given: Promise<readonly GivenFile[]>): void {
  void take(() => given, {}, undefined);
}

for (const id of ['files', 'folder']) {
  const input = $<HTMLInputElement>(`#${id}`);
  input.addEventListener('change', () => {
    const chosen = [...(input.files ?? [])];
    if (chosen.length > 0)
      takeFiles(readAll(chosen.map((file) => ({ file, name: file.webkitRelativePath || file.name }))));
    input.value = '';
  });
}
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  document.body.classList.add('over');
});
document.addEventListener('dragleave', (event) => {
  if (!event.relatedTarget) document.body.classList.remove('over');
});
document.addEventListener('drop', (event) => {
  event.preventDefault();
  document.body.classList.remove('over');
  if (event.dataTransfer?.types.includes('Files')) takeFiles(dropped(event.dataTransfer));
});

sampleChoice.append(new Option('your own', '', false, false), ...SAMPLES.map(({ id, title }) => new Option(title, id)));
sampleChoice.addEventListener('change', () => {
  const sample = SAMPLES.find(({ id }) => id === sampleChoice.value);
  if (sample) takeSample(sample);
});
for (const tab of TAB_NAMES) {
  const mark = $(`#tab-${tab}`);
  const go = (to: TabName) => {
    moveTo({ tab: to });
    showTab(to);
  };
  mark.addEventListener('click', () => go(tab));
  mark.addEventListener('keydown', ({ key }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!step) return;
    const next = TAB_NAMES[(TAB_NAMES.indexOf(tab) + step + TAB_NAMES.length) % TAB_NAMES.length]!;
    go(next);
    $(`#tab-${next}`).focus();
  });
}
$('#dismiss').addEventListener('click', hideTrouble);

onReturn(() => showTab(tabNow()));
showTab(tabNow());
const { target } = place();
takeSample(
  sampleNow() ?? SAMPLES[0]!,
  target === undefined ? {} : { table: { target: target === '' ? null : target } },
);

const { working } = await starting;
const cores = navigator.hardwareConcurrency;
$('#threads').textContent =
  working.threads > 1
    ? `${working.threads} threads compute.`
    : `One thread computes${working.reasons[0] ? `: ${working.reasons[0]}` : ''}.`;
// It keeps the page for when there is no network, and from the next time on brings what threads need where no header does.
if (globalThis.isSecureContext && navigator.serviceWorker && import.meta.env.PROD) {
  await navigator.serviceWorker.register('./service-worker.js');
  await navigator.serviceWorker.ready;
  $('#threads').append(' All is here now: no network is needed any more.');
  if (!globalThis.crossOriginIsolated && cores > 1)
    $('#threads').append(
      ' ',
      button(`Load again, to compute on ${cores} cores`, () => location.reload()),
    );
}
