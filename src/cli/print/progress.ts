import { SingleBar } from 'cli-progress';
import type { LearnProgress } from '../../models/learning.js';
import type { EpochRecord } from '../../training/checkpoint.js';
import type { FitProgress } from '../../training/fit-options.js';
import { score } from '../../training/metrics.js';
import { count, duration } from './output.js';
import { say } from './told.js';

/** Between two lines of progress, milliseconds. */
const PAUSE = 10_000;

/** Bars on standard error where it is a terminal, one a phase; elsewhere a plain line now and then, `quiet` none. */
export class Progress {
  private bar: SingleBar | undefined;
  private key = '';
  private startedAt = 0;
  private validation = '';
  private toldAt = performance.now();
  private readonly shown = process.stderr.isTTY === true;

  constructor(private readonly quiet = false) {
    if (this.shown) process.once('exit', showCursor);
  }

  learn({ stage, done, total, unit, note }: LearnProgress): void {
    this.show(stage, done, total, note ?? `${count(done)} of ${count(total)} ${unit}`);
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

  private tell(line: string): void {
    if (this.quiet || performance.now() - this.toldAt < PAUSE) return;
    this.toldAt = performance.now();
    say(`progress: ${line.replaceAll('  ', ', ')}`);
  }

  private show(key: string, done: number, total: number, detail: string): void {
    if (!this.shown) {
      this.tell(`${key}, ${detail}`);
      return;
    }
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
