import { SingleBar } from 'cli-progress';
import type { GrowProgress } from '../../models/trf/grow.js';
import type { TseGrowProgress } from '../../models/tse/skeleton-growth.js';
import type { EpochRecord } from '../../training/checkpoint.js';
import type { FitProgress } from '../../training/fit.js';
import { score } from '../../training/metrics.js';
import { count, duration } from './output.js';

/** Bars on standard error where it is a terminal, one a phase; in a pipe nothing at all. */
export class Progress {
  private bar: SingleBar | undefined;
  private key = '';
  private startedAt = 0;
  private validation = '';
  private readonly shown = process.stderr.isTTY === true;

  constructor() {
    if (this.shown) process.once('exit', showCursor);
  }

  tree(done: number, total: number): void {
    this.show('Chow-Liu tree', done, total, `${count(done)} of ${count(total)} variables`);
  }

  latentTree({ phase, level, done, total }: TseGrowProgress): void {
    if (phase === 'expansion') {
      this.show(`Layer ${level} expansion`, done, total, '');
      return;
    }
    const byLevel = phase === 'information' || phase === 'islands';
    const label = byLevel
      ? `Level ${level} ${phase}`
      : { links: 'Links', refine: 'Refine', likelihood: 'Likelihood' }[phase];
    const units = byLevel || phase === 'links' ? 'variables' : phase === 'refine' ? 'steps' : 'rows';
    this.show(label, done, total, `${count(done)} of ${count(total)} ${units}`);
  }

  grow({ phase, layer, layers, done, total, epoch, loss }: GrowProgress): void {
    const label = `Layer ${layer}/${layers} ${phase}`;
    if (phase === 'pretrain') this.show(label, done, total, `epoch ${epoch}  error ${brief(loss!)}`);
    else this.show(label, done, total, `${count(done)} of ${count(total)} ${phase === 'tree' ? 'variables' : 'rows'}`);
  }

  fit({ epoch, epochs, batch, batches, loss, rowsPerSecond, secondsLeft }: FitProgress): void {
    const left = secondsLeft > 0 ? `  ${duration(secondsLeft)} left` : '';
    const speed = `${count(Math.round(rowsPerSecond))} rows/s`;
    const detail = `epoch ${epoch}/${epochs}  loss ${brief(loss)}${this.validation}  ${speed}${left}`;
    this.show('Fit', (epoch - 1) * batches + batch, epochs * batches, detail);
  }

  epoch({ validation }: EpochRecord): void {
    if (validation) this.validation = `  validation ${brief(Math.abs(score(validation)))}`;
  }

  /** Leaves the last bar as it stands. */
  stop(): void {
    this.bar?.stop();
    this.bar = undefined;
    this.key = '';
  }

  private show(key: string, done: number, total: number, detail: string): void {
    if (!this.shown) return;
    if (key !== this.key) {
      this.stop();
      this.key = key;
      this.startedAt = performance.now();
      this.bar = new SingleBar({
        stream: process.stderr,
        format: `${key.padEnd(18)} {bar} {percentage}%  {detail}`,
        formatValue: (value, _, type) => (type === 'percentage' ? String(value).padStart(3) : String(value)),
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: 24,
        fps: 12,
        hideCursor: true,
        emptyOnZero: true,
      });
      this.bar.start(total, 0, { detail: '' });
    }
    // What is over needs no more than how long it took.
    const over = done >= total;
    this.bar!.update(done, {
      detail: over && key !== 'Fit' ? duration((performance.now() - this.startedAt) / 1000) : detail,
    });
  }
}

/** A second Ctrl-C leaves no time to stop the bar, which has hidden the cursor. */
function showCursor(): void {
  if (process.stderr.isTTY) process.stderr.write('\u001b[?25h');
}

function brief(x: number): string {
  return x >= 1000 ? String(Math.round(x)) : x.toPrecision(3);
}
