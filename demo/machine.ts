import { cpus } from 'node:os';

/** What a report says of where it was made. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly platform: string;
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
