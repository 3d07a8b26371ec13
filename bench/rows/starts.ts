// How long a start takes, from the process to the first yes of /readyz: with nothing there, and with what is there.

import { median } from '../measure.ts';
import type { Finding } from '../report.ts';
import { startServer } from '../server.ts';
import type { Stand } from '../stand.ts';
import type { RowPlan } from './plan.ts';

export const startPlans: RowPlan[] = [{ name: 'start', run: starts }];

async function starts(stand: Stand): Promise<Finding[]> {
  const firsts: number[] = [];
  const seconds: number[] = [];
  for (let i = 0; i < stand.effort.starts; i++) {
    const home = await stand.newHome();
    for (const times of [firsts, seconds]) {
      const server = await startServer(home);
      times.push(server.startMs / 1000);
      await server.stop();
    }
    await home.remove();
  }
  const row = (name: string, title: string, atMost: number, times: number[]): Finding => {
    return { name, title, target: { atMost }, value: median(times), unit: 's', failures: {} };
  };
  return [
    row('start-first', 'first start until ready', 2, firsts),
    row('start-second', 'start until ready', 1, seconds),
  ];
}
