// What processes have used of the machine, as /proc tells it. Everything is null where there is no /proc, or where it
// shows other processes than ours.

import { readFileSync } from 'node:fs';

/** Kernel ticks are 10 ms on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;

/** Of all threads, user and system. */
export function cpuSecondsOf(pid: number): number | null {
  const fields = statOf(pid);
  return fields && (fields.cpu[0]! + fields.cpu[1]!) / TICKS_PER_SECOND;
}

/** With its children, those that have ended included. */
export function cpuSecondsOfFamily(pid: number): number | null {
  const parent = statOf(pid);
  if (!parent) return null;
  const ticks = parent.cpu.reduce((sum, each) => sum + each, 0);
  const children = childrenOf(pid).reduce((sum, child) => sum + (cpuSecondsOf(child) ?? 0), 0);
  return ticks / TICKS_PER_SECOND + children;
}

/** Resident memory now and at most so far, in MiB. */
export function memoryOf(pid: number): { now: number; peak: number } | null {
  const status = read(`/proc/${pid}/status`);
  return status === null ? null : { now: mebibytes(status, 'VmRSS'), peak: mebibytes(status, 'VmHWM') };
}

/** MiB of it and its children, what they share counted once. */
export function memoryOfFamily(pid: number): number | null {
  let sum = 0;
  for (const each of [pid, ...childrenOf(pid)]) {
    const rollup = read(`/proc/${each}/smaps_rollup`);
    if (rollup !== null) sum += mebibytes(rollup, 'Pss');
    else if (each === pid) return null;
  }
  return sum;
}

/** The process that started it, where both are the program of that name. */
export function parentNamed(pid: number, name: string): number | null {
  const child = statOf(pid);
  const parent = child && statOf(child.parent);
  return child?.name === name && parent?.name === name ? child.parent : null;
}

interface Stat {
  name: string;
  parent: number;
  /** Ticks: user, system, then those of children that have ended. */
  cpu: number[];
}

function statOf(pid: number): Stat | null {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The name in parentheses may hold spaces and parentheses.
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  const name = stat.slice(stat.indexOf('(') + 1, end);
  return { name, parent: Number(fields[1]), cpu: fields.slice(11, 15).map(Number) };
}

function childrenOf(pid: number): number[] {
  const text = read(`/proc/${pid}/task/${pid}/children`) ?? '';
  return text.split(' ').filter(Boolean).map(Number);
}

function mebibytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1024;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // not Linux, or gone meanwhile
  }
}
