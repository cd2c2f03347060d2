import cliProgress from 'cli-progress';

/** One phase after another: a bar while it runs (terminals only), one line with its time when it is done (always). */
class Progress {
  private readonly bars = process.stdout.isTTY === true;
  private bar: cliProgress.SingleBar | undefined;
  private label: string | undefined;
  private note = '';
  private began = 0;

  /** Begins the phase when it is a new one, which ends the one before. `note` is what the closing line says beside the time. */
  at(label: string, done = 0, total = 1, note = ''): void {
    if (label !== this.label) {
      this.end();
      this.label = label;
      this.began = performance.now();
      if (this.bars) {
        this.bar = new cliProgress.SingleBar({
          format: '{label} {bar} {percentage} %  {note}',
          stream: process.stdout,
          barCompleteChar: '█',
          barIncompleteChar: '░',
          barsize: 28,
          hideCursor: true,
          clearOnComplete: true,
          fps: 12,
        });
        this.bar.start(total, 0, { label: padded(label), note });
      }
    }
    this.note = note;
    this.bar?.setTotal(total);
    this.bar?.update(done, { note });
  }

  /** Ends the phase that runs, if any. */
  end(): void {
    this.bar?.stop();
    this.bar = undefined;
    if (this.label === undefined) return;
    const seconds = ((performance.now() - this.began) / 1000).toFixed(1);
    console.log(`${padded(this.label)} ${seconds.padStart(6)} s  ${this.note}`.trimEnd());
    this.label = undefined;
  }

  /** Ends a phase with what its line says. */
  done(label: string, note: string): void {
    this.at(label, 1, 1, note);
    this.end();
  }

  /** Takes the bar away without a word, for errors. */
  stop(): void {
    this.bar?.stop();
    this.label = undefined;
  }
}

const padded = (label: string) => label.padEnd(26);

export const progress = new Progress();
