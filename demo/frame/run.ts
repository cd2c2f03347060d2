import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { progress } from './progress.js';

/** What a report says of where it was made. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly platform: string;
}

export interface RowCounts {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** What every report has to tell, beside its own story. */
export interface Run {
  readonly seed: number;
  readonly machine: Machine;
  readonly seconds: number;
  readonly peakBytes: number;
  readonly rows: RowCounts;
}

export interface Demo<Story extends Run> {
  readonly seed: number;
  /** The report's file in demo/, and the style sheet that it needs beside the one of all. */
  readonly report: string;
  readonly style: string;
  tell(): Promise<Omit<Story, 'seed' | 'machine' | 'seconds' | 'peakBytes'>>;
  page(run: Story, style: string): string;
  /** Lines for the terminal. */
  summary(run: Story): string;
}

/** Where a file of demo/ is. */
export function demoFile(name: string): string {
  return fileURLToPath(new URL(`../../../demo/${name}`, import.meta.url));
}

/** As one would name it in the terminal. */
export function shownPath(name: string): string {
  return relative(process.cwd(), demoFile(name));
}

/** Runs a demo, writes its report and says how it went. Before an error or the end by Ctrl+C the progress bar goes away. */
export async function runDemo<Story extends Run>({
  seed,
  report,
  style,
  tell,
  page,
  summary,
}: Demo<Story>): Promise<void> {
  process.once('SIGINT', () => {
    progress.stop();
    process.exit(130);
  });
  try {
    const began = performance.now();
    const story = await tell();
    progress.end();
    const seconds = (performance.now() - began) / 1000;
    const facts = { seed, machine: machine(), seconds, peakBytes: process.resourceUsage().maxRSS * 1024 };
    const run = { ...story, ...facts } as Story;
    const styles = await Promise.all(['frame/report.css', style].map((name) => readFile(demoFile(name), 'utf8')));
    await writeFile(demoFile(report), page(run, styles.join('\n')));
    console.log(`\n${summary(run)}\nDone in ${seconds.toFixed(0)} s. Open ${shownPath(report)}`);
  } catch (error) {
    progress.stop();
    console.error(error);
    process.exitCode = 1;
  }
}

export function machine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() || process.arch,
    cores: processors.length,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}
