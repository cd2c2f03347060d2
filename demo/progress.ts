import cliProgress from 'cli-progress';

/** One phase after another: a bar while it runs (terminals only), one line with its time when it is done (always). */
export class Progress {
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

  /** Takes the bar away without a word, for errors. */
  stop(): void {
    this.bar?.stop();
    this.label = undefined;
  }
}

const padded = (label: string) => label.padEnd(26);

/** Runs a demo; before an error or the end by Ctrl+C its progress bar goes away. */
export async function runShown(progress: Progress, main: () => Promise<void>): Promise<void> {
  process.once('SIGINT', () => {
    progress.stop();
    process.exit(130);
  });
  try {
    await main();
  } catch (error) {
    progress.stop();
    console.error(error);
    process.exitCode = 1;
  }
}
