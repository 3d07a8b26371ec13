// What every row of the benchmarks is made of.

import type { Row } from '../report.ts';
import type { Stand } from '../stand.ts';

/** Measures one thing; it may give more than one row (a rate and its ratio to the floor). */
export interface RowPlan {
  name: string;
  run(stand: Stand): Promise<Row[]>;
}

export const CONNECTIONS = 32;
