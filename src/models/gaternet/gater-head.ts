import { BatchNorm } from '../../layers/batch-norm.js';
import { Linear } from '../../layers/linear.js';
import type { Engine, Scope } from '../../runtime/engine.js';

/** From a gater's features to its gates: D of the paper's section 3.1. */
export class GaterHead {
  readonly hidden: Linear;
  readonly norm: BatchNorm | undefined;
  readonly out: Linear;

  constructor(engine: Engine, scope: Scope, features: number, bottleneck: number, gates: number, norm: boolean) {
    this.hidden = new Linear(engine, scope, { inputs: features, dense: bottleneck, input: 'tiles' });
    this.norm = norm ? new BatchNorm(engine, scope, bottleneck) : undefined;
    this.out = new Linear(engine, scope, { inputs: bottleneck, dense: gates, input: 'tiles' });
  }
}
