import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MAIN, Scratch } from '../support/cli.js';
import { HOSTILE_INPUTS, prepare } from './inputs.js';

const MOST_MEGABYTES = 300;

const preload = new URL('./peak.js', import.meta.url).href;

interface Measured {
  readonly code: number | null;
  readonly stderr: string;
  /** Resident at most. */
  readonly megabytes: number;
}

/** Runs the command with little room for objects; typed arrays and buffers are told by the peak. */
function measured(args: readonly string[], endless?: string): Promise<Measured> {
  const flags = ['--max-old-space-size=160', '--import', preload];
  const child = spawn(process.execPath, [...flags, MAIN, ...args], { stdio: ['pipe', 'ignore', 'pipe', 'pipe'] });
  const said: Record<2 | 3, string> = { 2: '', 3: '' };
  for (const stream of [2, 3] as const) {
    child.stdio[stream]!.on('data', (part) => {
      said[stream] += part;
    });
  }
  const stdin = child.stdin!;
  stdin.on('error', () => {});
  if (endless === undefined) stdin.end();
  else {
    const part = endless.repeat(Math.ceil(65536 / endless.length));
    const pour = () => {
      while (stdin.writable && stdin.write(part));
    };
    stdin.on('drain', pour);
    pour();
  }
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stderr: said[2], megabytes: Number(said[3]) / 1024 }));
  });
}

for (const input of HOSTILE_INPUTS) {
  test(`${input.name}: in less than ${MOST_MEGABYTES} MB, ${input.refusal ? 'refused in few words' : 'done'}`, async () => {
    const scratch = new Scratch();
    try {
      const args = prepare(input, scratch.folder);
      const { code, stderr, megabytes } = await measured(args, input.endless);
      if (input.refusal) {
        assert.is(code, 2, stderr.slice(0, 500));
        const told = stderr.trimEnd().split('\n');
        assert.ok(told.length <= 8 && told.every((line) => line.length <= 600), stderr.slice(0, 2000));
        assert.match(stderr, input.refusal);
        assert.not.ok(existsSync(scratch.path('never.safetensors')));
      } else assert.is(code, 0, stderr.slice(0, 500));
      console.log(`${megabytes.toFixed(0)} MB  ${input.name}`);
      assert.ok(megabytes > 20 && megabytes < MOST_MEGABYTES, `${megabytes.toFixed(0)} MB`);
    } finally {
      scratch.remove();
    }
  });
}

test.run();
