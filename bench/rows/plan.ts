// What every row of the benchmarks is made of.

import type { Engine } from '../options.ts';
import type { Finding } from '../report.ts';
import type { Stand } from '../stand.ts';

/** Measures one thing; it may give more than one row (a rate and its ratio to the floor). */
export interface RowPlan {
  name: string;
  /** Measured on that engine alone; `neither`: it is not about an engine, and measured once. */
  only?: Engine | 'neither';
  run(stand: Stand): Promise<Finding[]>;
}

export const CONNECTIONS = 32;
