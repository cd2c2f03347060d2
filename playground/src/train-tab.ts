// Training: a form, curves, a comparison, what the net learned, and the way home.
import methods from 'virtual:declared';
import { Charts } from './charts.js';
import { $, button, choice, download, el, percent, rounded, table } from './dom.js';
import { rowParts, unitParts } from './explain-parts.js';
import { judgedParts } from './judged.js';
import { chosenOptions, optionFields } from './option-form.js';
import type { Data } from './reading.js';
import type { MakeTab, Page } from './tabs.js';
import { trained } from './trained.js';
import { type AnyNet, gatesOpen, isImageNet, type MethodName, type RowNet, Run, Runner } from './training.js';
import { starting } from './worker.js';

/** Frames between two writings of the figures. */
const CALM = 150;

export const makeTrain: MakeTab = (panel, page) => new TrainTab(panel, page);

class TrainTab {
  private run: Run | undefined;
  private charts: Charts | undefined;
  private stopping = new AbortController();
  private isRunning = false;
  private methods = methods;
  private method = methods[0]!;
  private written = 0;
  private readonly form = el('form', { id: 'options' });
  private readonly state = el('p', { class: 'state', role: 'status', id: 'training-state' });
  private readonly progress = el('progress', { 'aria-label': 'Epochs done', hidden: true });
  private readonly figures = el('div', { id: 'figures' });
  private readonly curves = el('div', { id: 'curves' });
  private readonly after = el('div', { id: 'after' });
  private readonly startButton = el('button', { type: 'submit', class: 'main' }, 'Train');
  private readonly stopButton = button('Stop', () => this.stopping.abort(new Error('Stopped.')));
  private readonly resumeButton = button('Go on', () => void this.go());

  constructor(
    private readonly panel: HTMLElement,
    private readonly page: Page,
  ) {
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.begin();
    });
  }

  /** For other data; a run over the old ones ends. */
  show(data: Data | undefined): void {
    if (!data) return;
    this.data = data;
    this.leave();
    if (!data.task) {
      const why =
        data.kind === 'table'
          ? 'Nothing is to be predicted: choose a column under Data.'
          : data.kind === 'images'
            ? 'These images have no classes to predict: put them into a folder for each class, or choose IDX files of images and labels.'
            : data.kind === 'sparse'
              ? 'Nets for several labels a row are trained by programs and by the command espalier train.'
              : 'These texts have no labels to predict: put them into a folder for each label, or choose a file with a column of labels.';
      this.panel.replaceChildren(el('p', {}, why), this.loading());
      return;
    }
    this.methods = methods.filter((method) => method.data === (data.kind === 'images' ? 'images' : 'rows'));
    this.method = this.methods.find(({ name }) => name === this.page.place().method) ?? this.methods[0]!;
    this.fill();
    const what =
      data.kind === 'table' ? `the column ${data.target}` : data.kind === 'images' ? 'the class' : 'the label';
    const rows = data.kind === 'images' ? 'images' : 'rows';
    this.panel.replaceChildren(
      el(
        'p',
        {},
        `A net learns ${what} from seven of ten ${rows}. One of ten chooses its best epoch (a pass over the ${rows}); two of ten, which it never saw, judge it.`,
      ),
      this.form,
      el('div', { class: 'run' }, this.progress, this.state),
      this.figures,
      this.curves,
      this.after,
    );
    this.buttons();
  }

  private data: Data | undefined;

  private fill(): void {
    const of = this.methods.map(({ name, doc }) => [name, `${name}: ${doc}`] as const);
    const chooser = choice('Method', of, this.method.name, (name) => {
      this.method = methods.find((method) => method.name === name)!;
      this.page.moveTo({ method: name });
      this.fill();
    });
    const beside = el('input', { type: 'checkbox', id: 'beside', checked: true });
    const besides =
      this.method.name === 'dense' || this.method.data === 'images'
        ? []
        : [el('label', { class: 'check' }, beside, ' beside a dense net')];
    this.form.replaceChildren(
      el('div', { class: 'fields wide' }, chooser),
      el('p', { class: 'hint' }, `${this.method.paper}.`),
      ...(this.method.fields.some(({ beginning }) => beginning !== undefined)
        ? [
            el(
              'p',
              { class: 'hint' },
              'Filled in is a small net that learns quickly; an emptied field has the default.',
            ),
          ]
        : []),
      ...optionFields(this.method),
      el('div', { class: 'buttons' }, this.startButton, this.stopButton, this.resumeButton, ...besides, this.loading()),
    );
  }

  private loading(): HTMLElement {
    const file = el('input', { type: 'file', accept: '.safetensors', id: 'load' });
    file.addEventListener('change', async () => {
      const [chosen] = file.files ?? [];
      if (chosen) await this.load(chosen).catch(this.page.failed);
      file.value = '';
    });
    return el('label', { class: 'button', for: 'load' }, 'Load a net', file);
  }

  private buttons(): void {
    const canResume = !this.isRunning && this.run?.runners.some(({ isDone }) => !isDone) === true;
    this.startButton.disabled = this.isRunning;
    this.stopButton.disabled = !this.isRunning;
    this.resumeButton.hidden = !canResume;
    this.progress.hidden = !this.isRunning;
  }

  private leave(): void {
    trained.set(undefined);
    this.stopping.abort(new Error('Stopped.'));
    void this.run?.dispose();
    this.run = undefined;
    this.charts = undefined;
    for (const box of [this.figures, this.curves, this.after]) box.replaceChildren();
    this.state.textContent = '';
  }

  private async begin(): Promise<void> {
    const { data } = this;
    if (this.isRunning || !data?.data) return;
    const chosen = chosenOptions(this.form, this.method);
    const isBeside = this.form.querySelector<HTMLInputElement>('#beside')?.checked === true;
    this.leave();
    const runners = [new Runner(this.method.name, this.method.name, chosen)];
    // The same fit; of its net's options those that every net has.
    const { seed } = chosen.net;
    if (isBeside)
      runners.push(new Runner('dense', 'dense', { fit: chosen.fit, net: seed === undefined ? {} : { seed } }));
    const run = new Run(runners);
    this.run = run;
    this.charts = new Charts(runners, data.task === 'values' ? 'rmse' : 'accuracy');
    this.curves.replaceChildren(this.charts.box, keyOf(runners));
    await this.go(() => run.start(data.data!));
  }

  private async go(before?: () => Promise<void>): Promise<void> {
    const { run } = this;
    if (!run || this.isRunning) return;
    trained.set(undefined);
    const own = new AbortController();
    this.stopping = own;
    this.isRunning = true;
    this.progress.removeAttribute('value');
    this.state.textContent = 'Beginning …';
    this.buttons();
    try {
      await before?.();
      await run.go(own.signal, {
        state: (words) => {
          if (this.run === run) this.state.textContent = words;
        },
        moved: () => {
          if (this.run === run) this.moved(run);
        },
      });
      if (this.run === run) this.state.textContent = 'Done.';
    } catch (error) {
      if (this.run !== run) return;
      if (own.signal.aborted)
        this.state.textContent = `Stopped after ${epochsOf(run)} epochs; it can go on from there.`;
      else {
        this.state.textContent = '';
        this.run = undefined;
        this.curves.replaceChildren();
        this.page.failed(error as Error);
      }
    } finally {
      if (this.stopping === own) {
        this.isRunning = false;
        this.write();
        this.charts?.draw();
        this.buttons();
        if (this.run === run) this.showAfter(run);
      }
    }
  }

  private moved(run: Run): void {
    this.charts?.draw();
    const now = performance.now();
    if (now - this.written < CALM) return;
    this.written = now;
    const [{ progress } = { progress: undefined }] = run.runners.filter(({ isDone }) => !isDone);
    if (progress) {
      this.progress.value = (progress.epoch - 1 + progress.batch / progress.batches) / progress.epochs;
      this.state.textContent = `Epoch ${progress.epoch} of ${progress.epochs}, about ${Math.ceil(progress.secondsLeft)} s left`;
    }
    this.write();
  }

  /** The nets beside each other. */
  private write(): void {
    const { run, data } = this;
    if (!run || !data) return;
    const isValue = data.task === 'values';
    const hasGates = run.runners.some(({ method }) => method === 'gaternet');
    const shown = (value: number | null | undefined) =>
      value == null ? '' : isValue ? rounded(value) : percent(value);
    const lines = run.runners.map(({ name, net, records, progress, evaluation }) => {
      const held = records.at(-1)?.validation;
      return [
        name,
        net ? String(net.weights) : '',
        String(records.at(-1)?.epoch ?? 0),
        progress ? String(Math.round(progress.rowsPerSecond)) : '',
        shown(isValue ? held?.rmse : held?.accuracy),
        shown(isValue ? evaluation?.rmse : evaluation?.accuracy),
        ...(hasGates ? [shown(gatesOpen(evaluation) ?? gatesOpen(held))] : []),
      ];
    });
    const metric = isValue ? 'error' : 'accuracy';
    const speed = data.kind === 'images' ? 'Images a second' : 'Rows a second';
    const head = ['Net', 'Weights', 'Epochs', speed, `Last ${metric}`, `Test ${metric}`];
    const rows = data.kind === 'images' ? 'images' : 'rows';
    const said = `Last: after the last epoch, on the ${rows} that choose the best one. Test: of the best epoch, on ${rows} it never saw.`;
    const figures = table([...head, ...(hasGates ? ['Gates open'] : [])], lines);
    this.figures.replaceChildren(
      figures,
      ...(run.runners.some(({ net }) => net) ? [el('p', { class: 'hint' }, said)] : []),
    );
  }

  private showAfter(run: Run): void {
    const [runner] = run.runners as [Runner];
    const { net, method } = runner;
    if (!net || (runner.records.length === 0 && !runner.isDone)) {
      this.after.replaceChildren();
      return;
    }
    const hasGates = isImageNet(net);
    const open = (held: Parameters<typeof gatesOpen>[0]) => (hasGates ? [gatesOpen(held)] : []);
    const curves = () => {
      const lines = run.runners.flatMap(({ name, records }) =>
        records.map(({ epoch, loss, validation: held, seconds }) =>
          [name, epoch, loss, held?.loss, held?.accuracy ?? held?.rmse, seconds, ...open(held)].join(','),
        ),
      );
      const metric = this.data?.task === 'values' ? 'rmse' : 'accuracy';
      const gates = hasGates ? ',gates_open' : '';
      download(
        'curves.csv',
        `net,epoch,loss,held_loss,held_${metric},seconds${gates}\n${lines.join('\n')}\n`,
        'text/csv',
      );
    };
    const home = [
      el(
        'p',
        { class: 'buttons' },
        'Take it home: ',
        button('Save the net', () =>
          net
            .saveAsync()
            .then((bytes) => download(`${method}.safetensors`, bytes.slice()))
            .catch(this.page.failed),
        ),
        button('Curves as CSV', curves),
      ),
    ];
    const judged = this.data ? judgedParts(runner, this.data) : [];
    if (isImageNet(net)) {
      trained.set({ net, name: runner.name, images: run.test });
      const go = button('Draw for it', () => $('#tab-gates').click());
      this.after.replaceChildren(
        ...judged,
        ...home,
        el('p', { class: 'buttons' }, 'Which filters it opens for a picture, under Gates: ', go),
      );
    } else this.after.replaceChildren(...judged, ...home, ...this.explaining(net, run));
  }

  private explaining(net: RowNet, { train, test }: Pick<Run, 'train' | 'test'>): HTMLElement[] {
    const units = el('div', { id: 'units' });
    const answer = el('div', { id: 'answer', 'aria-live': 'polite' });
    const row = el('input', { type: 'number', min: 1, max: test.rows, value: 1, step: 1 });
    const { signal } = this.stopping.signal.aborted ? new AbortController() : this.stopping;
    const show = (into: HTMLElement, made: () => Promise<HTMLElement>) => async () => {
      into.textContent = 'One moment …';
      try {
        into.replaceChildren(await made());
      } catch (error) {
        into.replaceChildren();
        if (!signal.aborted) this.page.failed(error as Error);
      }
    };
    const ask = show(answer, () => rowParts(net, test, row.valueAsNumber - 1, signal));
    row.addEventListener('change', () => void ask());
    void ask();
    return [
      el('h3', {}, 'A single prediction'),
      el('div', { class: 'fields' }, el('label', {}, `Row of the ${test.rows} held out `, row)),
      answer,
      el('h3', {}, 'What its units stand for'),
      button(
        'Show units',
        show(units, () => unitParts(net, train, signal)),
      ),
      units,
    ];
  }

  private async load(file: File): Promise<void> {
    const worker = await starting;
    const net = (await worker.loadNet(new Uint8Array(await file.arrayBuffer()))) as unknown as AnyNet;
    const { data } = this;
    if (!data?.data)
      throw new TypeError('data: expected rows with something to predict, to judge the net by; got none');
    // What does not fit these rows is refused here, before anything else is given up.
    const evaluation = await net.evaluate(data.data);
    this.leave();
    const runner = new Runner(file.name, net.method as MethodName, { net: {}, fit: {} });
    Object.assign(runner, { net, evaluation, isDone: true });
    const run = new Run([runner]);
    run.train = run.test = data.data;
    this.run = run;
    this.write();
    this.state.textContent = `${file.name}: a ${net.method} net of ${net.weights} weights, judged on all ${data.rows} rows, those it learned from among them if these are the same.`;
    this.showAfter(run);
    this.buttons();
    $('#training-state').scrollIntoView({ block: 'nearest' });
  }
}

function epochsOf({ runners }: Run): number {
  return runners[0]!.records.length;
}

function keyOf(runners: readonly Runner[]): HTMLElement {
  const marks = runners.map(({ name }, r) => el('span', {}, el('span', { class: `key key${r}` }), name));
  return el(
    'p',
    { class: 'keys' },
    ...marks,
    el('span', {}, `dashed: in training, with ${runners[0]!.method === 'gaternet' ? 'noise at the gates' : 'dropout'}`),
  );
}
