import os from 'node:os';
import { basename } from 'node:path';

/** Machine, runtime and command: the first lines of every benchmark. */
export function printHeader(title: string): void {
  const cpus = os.cpus();
  const load = os.loadavg()[0]!;
  console.log(title);
  console.log(`  machine  ${cpus[0]?.model.trim() ?? 'unknown CPU'}, ${cpus.length} cores, load ${load.toFixed(2)}`);
  console.log(
    `  runtime  Node ${process.versions.node}, V8 ${process.versions.v8}, ${process.platform} ${process.arch}`,
  );
  console.log(`  command  node ${basename(process.argv[1]!)} ${process.argv.slice(2).join(' ')}`.trimEnd());
  if (load > 1) console.log('  note     the machine is busy: trust ratios more than absolute figures');
  console.log();
}

/** Rows under a header, columns as wide as their longest cell; those that look like numbers flush right. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const width = header.map((_, c) => Math.max(...all.map((row) => (row[c] ?? '').length)));
  const numeric = header.map((_, c) => rows.every((row) => /^$|^[-+\d.]/.test(row[c] ?? '')));
  const line = (row: readonly string[]) =>
    header
      .map((_, c) => (numeric[c] ? (row[c] ?? '').padStart(width[c]!) : (row[c] ?? '').padEnd(width[c]!)))
      .join('  ')
      .trimEnd();
  return [line(header), width.map((w) => '-'.repeat(w)).join('  '), ...rows.map(line)].join('\n');
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
