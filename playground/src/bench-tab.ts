// The benchmark in this browser: what is timed is chosen, told as it comes, and taken home.
import './bench.css';
import { PARTS, type Part } from '../../dist/cli/bench/parts.js';
import type { Report, Start } from '../../dist/cli/bench/run.js';
import type { Measured } from '../../dist/cli/bench/suite.js';
import { BenchTable } from './bench-table.js';
import type { Asked, Told } from './bench-worker.js';
import { button, choice, download, el } from './dom.js';
import type { MakeTab, Page } from './tabs.js';

const NAMES = Object.keys(PARTS) as readonly Part[];

export const makeBench: MakeTab = (panel, page) => {
  const tab = new BenchTab(panel, page);
  // It is not about the data.
  return { show: () => tab.show() };
};

class BenchTab {
  private worker: Worker | undefined;
  private start: Start | undefined;
  private measured: Measured[] = [];
  private filled: BenchTable | undefined;
  private readonly form = el('form', { id: 'bench' });
  private readonly state = el('p', { class: 'state', role: 'status', id: 'bench-state' });
  private readonly progress = el('progress', { 'aria-label': 'Tasks done', hidden: true });
  private readonly told = el('div', { id: 'bench-told' });
  private readonly slower = el('ul', { class: 'slower' });
  private readonly startButton = el('button', { type: 'submit', class: 'main' }, 'Time it');
  private readonly stopButton = button('Stop', () => this.end('Stopped.'));
  private readonly saveButton = button('Save as JSON', () =>
    download('espalier-bench.json', `${JSON.stringify(this.report(), null, 2)}\n`, 'application/json'),
  );

  constructor(
    private readonly panel: HTMLElement,
    private readonly page: Page,
  ) {
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.begin();
    });
    this.form.addEventListener('change', () => this.keep());
  }

  show(): void {
    if (this.form.isConnected) return;
    const { parts, shapes, peers } = this.page.place();
    const given = parts?.split(',');
    const boxes = NAMES.map((part) => {
      const input = el('input', {
        type: 'checkbox',
        name: 'part',
        value: part,
        checked: given?.includes(part) ?? true,
      });
      return el('label', { class: 'check' }, input, el('span', {}, PARTS[part]));
    });
    const beside = el('input', { type: 'checkbox', name: 'peers', checked: peers !== 'no' });
    this.form.append(
      el('fieldset', {}, el('legend', {}, 'What is timed'), ...boxes),
      el(
        'div',
        { class: 'fields wide' },
        choice(
          'Shapes',
          [
            ['quick', 'small ones: some seconds, much of it what a call costs'],
            ['all', 'large ones too: some minutes'],
          ],
          shapes === 'all' ? 'all' : 'quick',
          (value) => this.page.moveTo({ shapes: value === 'quick' ? undefined : value }),
        ),
      ),
      el('label', { class: 'check' }, beside, 'beside TensorFlow.js too'),
      el('div', { class: 'buttons' }, this.startButton, this.stopButton, this.saveButton),
    );
    this.panel.replaceChildren(
      el(
        'p',
        {},
        'How fast Espalier computes on this device, beside plain JavaScript and TensorFlow.js. One thread each, by turns, in a worker of its own. Nobody is timed whose result is not that of plain JavaScript.',
      ),
      this.form,
      el(
        'p',
        { class: 'hint' },
        `Let nothing else run meanwhile. ${globalThis.crossOriginIsolated ? '' : 'The clock of this page is coarse: its host does not isolate it. '}In Node: npx espalier bench.`,
      ),
      el('div', { class: 'run' }, this.progress, this.state),
      this.told,
    );
    this.buttons();
  }

  private chosen(): Asked {
    const given = new FormData(this.form);
    return {
      parts: NAMES.filter((part) => given.getAll('part').includes(part)),
      quick: this.form.querySelector('select')?.value === 'quick',
      peers: given.has('peers'),
    };
  }

  private keep(): void {
    const { parts, peers } = this.chosen();
    this.page.moveTo({
      parts: parts.length === NAMES.length ? undefined : parts.join(','),
      peers: peers ? undefined : 'no',
    });
  }

  private begin(): void {
    const asked = this.chosen();
    if (asked.parts.length === 0) {
      this.page.failed(new RangeError('What is timed: expected one part or more, got none'));
      return;
    }
    this.start = undefined;
    this.measured = [];
    this.told.replaceChildren();
    this.slower.replaceChildren();
    this.state.textContent = asked.peers ? 'Loading …' : 'Beginning …';
    const worker = new Worker(new URL('./bench-worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Told>) => {
      if (this.worker === worker) this.hear(data);
    });
    worker.addEventListener('error', ({ message }) => {
      if (this.worker === worker) this.fail(message || 'the worker of the benchmark could not be loaded');
    });
    this.worker = worker;
    worker.postMessage(asked);
    this.buttons();
  }

  private hear(told: Told): void {
    switch (told.kind) {
      case 'start':
        this.start = told.start;
        this.filled = new BenchTable(told.start.tasks, told.plain);
        this.told.replaceChildren(this.filled.box, el('h3', {}, 'Where another was faster'), this.slower);
        this.next();
        break;
      case 'measured':
        this.filled!.fill(this.measured.length, told.measured);
        this.measured.push(told.measured);
        this.slower.replaceChildren(...told.lines.map((line) => el('li', {}, line)));
        this.next();
        break;
      case 'done':
        this.end('Done.');
        break;
      case 'failed':
        this.fail(told.message);
    }
  }

  private next(): void {
    const { tasks } = this.start!;
    const at = this.measured.length;
    const task = tasks[at];
    this.progress.value = at / tasks.length;
    this.buttons();
    if (!task) return;
    this.filled!.isTimed(at);
    this.state.textContent = `Task ${at + 1} of ${tasks.length}: ${task.name}, ${task.shape}`;
  }

  private fail(message: string): void {
    this.end('');
    this.page.failed(new Error(message));
  }

  private end(words: string): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.filled?.end();
    const { length } = this.measured;
    const wrong = this.measured.flatMap(({ refused }) => refused).length;
    this.state.textContent =
      words &&
      `${words} ${length} of ${this.start?.tasks.length ?? 0} tasks timed; ${wrong === 0 ? 'all results were right' : `${wrong} not to be timed`}.`;
    this.buttons();
  }

  private buttons(): void {
    const isRunning = this.worker !== undefined;
    this.startButton.disabled = isRunning;
    this.stopButton.disabled = !isRunning;
    this.saveButton.disabled = this.measured.length === 0;
    this.progress.hidden = !isRunning;
  }

  /** As `espalier bench --json` prints it; what was not timed before a stop is not in it. */
  private report(): Report {
    const { build, peers, absent } = this.start!;
    return {
      machine: `unknown processor, ${navigator.hardwareConcurrency} cores`,
      runtime: navigator.userAgent,
      threads: 1,
      build,
      measured: this.measured,
      peers,
      absent,
    };
  }
}
