// Which filters open for a picture, layer by layer, and what leaving the others out saves.
import './gates.css';
import { paint } from './data-images.js';
import { decodePictures } from './decoding.js';
import { bar, button, choice, el, percent } from './dom.js';
import { drawingPad, PAD } from './drawing-pad.js';
import { type GateLayers, gateLayers } from './gate-layers.js';
import { type GateNet, gateNet, type Which } from './gate-nets.js';
import { costParts, timeParts, timesOf } from './gate-times.js';
import { isOnLight, netPicture, type Sides } from './net-picture.js';
import { newest } from './newest.js';
import type { MakeTab, Page } from './tabs.js';
import { trained } from './trained.js';
import { starting } from './worker.js';

/** Classes listed; of more the likeliest. */
const LISTED = 12;
/** Milliseconds without a stroke after which it is told in words, and timed. */
const REST = 700;
const PAD_SIDES: Sides = { channels: 1, height: PAD, width: PAD };

interface Shown {
  readonly pixels: Uint8Array;
  readonly sides: Sides;
  /** What it is, where that is known. */
  readonly truth?: string;
  readonly isDrawn?: boolean;
}

export const makeGates: MakeTab = (panel, page) => new GatesTab(panel, page);

class GatesTab {
  private which: Which = 'digits';
  private now: GateNet | undefined;
  private layers: GateLayers | undefined;
  private picture: Shown | undefined;
  private isBusy = false;
  private isDue = false;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private heard = '';
  private next = 0;

  private readonly pad = drawingPad(
    'Draw here by mouse, finger or pen; by keyboard choose a picture of the test images below',
    () => this.drawn(),
  );
  private readonly seen = el('canvas', { class: 'seen', role: 'img', 'aria-label': 'What the net sees' });
  private readonly centred = el('input', { type: 'checkbox', id: 'centred' });
  private readonly inverted = el('input', { type: 'checkbox', id: 'inverted' });
  private readonly nets = el('div', { class: 'fields wide' });
  private readonly ofTest = el('div', { class: 'buttons' });
  private readonly answer = el('p', { class: 'answer', id: 'gates-answer' });
  private readonly bars = el('ul', { class: 'gate-bars', id: 'gates-bars' });
  private readonly status = el('p', { class: 'heard', role: 'status', id: 'gates-heard' });
  private readonly open = el('div', { class: 'filters' });
  private readonly cost = el('div', {});
  private readonly times = el('div', { id: 'gates-times' });

  /** Times of the picture that has come to rest; those of one before are left off. */
  private readonly time = newest(
    async (signal) => {
      const { now, picture } = this;
      if (!now || !picture) return;
      this.times.replaceChildren(el('p', { class: 'hint' }, 'Timing both ways …'));
      const pixels = this.forNet(now, picture);
      const times = await timesOf(now.net, pixels, now.sides, signal);
      if (!signal.aborted)
        this.times.replaceChildren(
          timeParts(times),
          button('Time again', () => void this.time()),
        );
    },
    (error) => this.page.failed(error),
  );

  constructor(
    private readonly panel: HTMLElement,
    private readonly page: Page,
  ) {
    for (const box of [this.centred, this.inverted]) box.addEventListener('change', () => this.again());
    trained.changed(() => {
      // It may be disposed of.
      this.time.stop();
      this.now = undefined;
      void this.choose(trained.now ? 'trained' : 'digits');
    });
    this.build();
  }

  /** The net of the moment; which data there are does not matter here. */
  show(): void {
    void this.choose(trained.now ? 'trained' : this.which);
  }

  private build(): void {
    const file = el('input', { type: 'file', id: 'picture', accept: '.png,.jpg,.jpeg' });
    file.addEventListener('change', () => {
      const [chosen] = file.files ?? [];
      if (chosen) void this.take(chosen);
      file.value = '';
    });
    const left = el(
      'div',
      { class: 'draw' },
      el('div', { class: 'pad' }, this.pad.canvas),
      this.answer,
      el(
        'div',
        { class: 'buttons' },
        button('Clear', () => this.clear()),
        el('label', { class: 'button', for: 'picture' }, 'Choose a picture', file),
      ),
      this.ofTest,
      el('label', { class: 'check' }, this.centred, ' centred as MNIST’s digits are'),
      el('label', { class: 'check' }, this.inverted, ' dark on light: inverted'),
      el('figure', {}, this.seen, el('figcaption', {}, 'What the net sees')),
    );
    left.addEventListener('drop', (event) => {
      const [dropped] = event.dataTransfer?.files ?? [];
      if (!dropped) return;
      // Elsewhere in the page it would become the data.
      event.preventDefault();
      event.stopPropagation();
      document.body.classList.remove('over');
      void this.take(dropped);
    });
    const right = el('div', { class: 'seen-by' }, this.bars, this.open, this.cost, this.times);
    this.panel.replaceChildren(
      el('h2', {}, 'Which filters open'),
      el(
        'p',
        {},
        'A gater looks at the picture and opens some filters of the net; the others are not run. Draw a digit, drop a picture on the square, or take a test image.',
      ),
      this.nets,
      el('div', { class: 'pair gates' }, left, right),
      el(
        'p',
        { class: 'hint' },
        'The net for digits learned from MNIST, by Yann LeCun, Corinna Cortes and Christopher J.C. Burges, under the licence CC BY-SA 3.0.',
      ),
      this.status,
    );
    this.clear();
  }

  private async choose(which: Which): Promise<void> {
    this.which = which;
    const own = trained.now;
    this.nets.replaceChildren(
      choice(
        'Net',
        [
          ['digits', 'for digits, trained on MNIST'],
          ...(own ? [['trained', `the one just trained (${own.name})`] as const] : []),
        ],
        which,
        (value) => void this.choose(value as Which),
      ),
    );
    try {
      const found = await gateNet(which);
      if (this.which !== which || found.net === this.now?.net) return;
      this.now = found;
      const { sides, net, classes } = found;
      const hasGates = net.gateLayout.length > 0;
      this.layers = hasGates ? gateLayers(net.gateLayout) : undefined;
      this.open.replaceChildren(
        el('h3', {}, 'Filters'),
        this.layers?.box ?? el('p', {}, 'This net has no gater: all its filters are run for every picture.'),
      );
      [this.seen.width, this.seen.height] = [sides.width, sides.height];
      this.centred.checked = isLikeMnist(sides);
      this.next = 0;
      this.ofTest.replaceChildren(
        ...[
          choice(
            'Test image of',
            [['', 'any class'], ...classes.map((name, c) => [String(c), name] as const)],
            '',
            (value) => void this.takeTest(value).catch(this.page.failed),
          ),
          button('Next', () => void this.takeTest(this.testClass()).catch(this.page.failed)),
        ],
      );
      this.again();
    } catch (error) {
      this.page.failed(error as Error);
    }
  }

  private testClass(): string {
    return this.ofTest.querySelector('select')?.value ?? '';
  }

  /** The next of the pictures of this class; '' of any. */
  private async takeTest(wanted: string): Promise<void> {
    const { now } = this;
    if (!now) return;
    const { values, labels, sides } = await now.pictures();
    if (now !== this.now) return;
    const rows = Array.from({ length: labels.length }, (_, i) => (i + this.next) % labels.length);
    const row = rows.find((i) => wanted === '' || labels[i] === Number(wanted));
    if (row === undefined)
      throw new RangeError(`test images: expected one of class ${now.classes[Number(wanted)]}, got none`);
    this.next = row + 1;
    const columns = sides.channels * sides.height * sides.width;
    const pixels = Uint8Array.from(values.subarray(row * columns, (row + 1) * columns), (value) =>
      values instanceof Uint8Array ? value : Math.round(255 * value),
    );
    this.inverted.checked = this.centred.checked = false;
    this.shown({ pixels, sides, truth: now.classes[labels[row]!]! });
  }

  private async take(file: File): Promise<void> {
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const decoded = await decodePictures([{ name: file.name, bytes }], { most: PAD });
      if ('sizes' in decoded) return;
      this.inverted.checked = this.now?.sides.channels === 1 && isOnLight(decoded.values, decoded);
      this.centred.checked = this.now !== undefined && isLikeMnist(this.now.sides);
      this.shown({ pixels: decoded.values, sides: decoded });
    } catch (error) {
      this.page.failed(error as Error);
    }
  }

  /** On the square too, where it can be drawn on. */
  private shown(picture: Shown): void {
    const how = { centred: false, inverted: this.inverted.checked };
    this.pad.put(netPicture(picture.pixels, picture.sides, PAD_SIDES, how));
    this.put(picture);
    this.rest(0);
  }

  private drawn(): void {
    if (!this.picture?.isDrawn) {
      this.inverted.checked = false;
      this.centred.checked = this.now !== undefined && isLikeMnist(this.now.sides);
    }
    this.put({ pixels: this.pad.ink(), sides: PAD_SIDES, isDrawn: true });
    this.rest(REST);
  }

  private clear(): void {
    this.pad.clear();
    clearTimeout(this.resting);
    this.time.stop();
    this.picture = undefined;
    this.seen.getContext('2d')!.clearRect(0, 0, this.seen.width, this.seen.height);
    this.answer.textContent = 'Draw something.';
    this.layers?.show(undefined);
    for (const box of [this.bars, this.cost, this.times]) box.replaceChildren();
  }

  /** The same picture for another net, or prepared otherwise. */
  private again(): void {
    if (!this.picture) return;
    this.put(this.picture);
    this.rest(0);
  }

  private put(picture: Shown): void {
    this.picture = picture;
    void this.ask();
  }

  /** One question at a time; of pictures that come meanwhile the last. */
  private async ask(): Promise<void> {
    this.isDue = true;
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      while (this.isDue) {
        this.isDue = false;
        const { now, picture } = this;
        if (!now || !picture) continue;
        await this.answered(now, picture).catch((error) => {
          if (now === this.now) this.page.failed(error);
        });
      }
    } finally {
      this.isBusy = false;
    }
  }

  private async answered(now: GateNet, picture: Shown): Promise<void> {
    const { net, sides, classes } = now;
    const worker = await starting;
    const pixels = this.forNet(now, picture);
    paint(this.seen, pixels, sides);
    const { channels, height, width } = sides;
    const data = await worker.Dataset.images({ channels, height, width, values: pixels });
    const hasGates = net.gateLayout.length > 0;
    const { outputs, gates } = await net.predict(data, { gates: hasGates });
    const cost = gates && (await net.costOf(gates.slice()));
    await data.dispose();
    if (now !== this.now || !this.picture) return;
    const order = [...classes.keys()];
    const best = order.reduce((a, b) => (outputs[b]! > outputs[a]! ? b : a), 0);
    const { truth } = picture;
    const is = truth === undefined ? '' : truth === classes[best] ? ', as it is' : `; it is ${truth}`;
    this.answer.textContent = `The net says ${classes[best]} (${percent(outputs[best]!)})${is}.`;
    const listed = classes.length > LISTED ? order.sort((a, b) => outputs[b]! - outputs[a]!).slice(0, LISTED) : order;
    this.bars.replaceChildren(...listed.map((c) => el('li', {}, classes[c]!, bar(outputs[c]!), percent(outputs[c]!))));
    this.layers?.show(gates);
    this.cost.replaceChildren(...(cost === undefined ? [] : [costParts(net, cost)]));
    const open = gates ? ` ${gates.reduce((sum, gate) => sum + gate, 0)} of ${gates.length} filters open.` : '';
    this.heard = `${this.answer.textContent}${open}`;
  }

  private forNet({ sides }: GateNet, { pixels, sides: from }: Shown): Uint8Array<ArrayBuffer> {
    const how = { centred: this.centred.checked, inverted: this.inverted.checked };
    return netPicture(pixels, from, sides, how) as Uint8Array<ArrayBuffer>;
  }

  /** Once the hand rests: told in words, and timed. */
  private rest(after: number): void {
    clearTimeout(this.resting);
    this.time.stop();
    this.resting = setTimeout(async () => {
      while (this.isBusy) await new Promise((resolve) => setTimeout(resolve, 20));
      this.status.textContent = this.heard;
      if (this.now && this.now.net.gateLayout.length > 0) await this.time();
    }, after);
  }
}

function isLikeMnist({ channels, height, width }: Sides): boolean {
  return channels === 1 && height === 28 && width === 28;
}
