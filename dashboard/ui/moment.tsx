// A moment that somebody asks about: chosen in the time of whoever looks, kept and asked for as one that is the same everywhere.

import { TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';
import type { EventJson } from '../../src/edge/admin/contract.ts';
import { type ListPage, useGet } from '../queries.ts';
import { exactTime } from './when.tsx';

/** `In your time, Europe/Berlin`. */
export const inYourTime = `In your time, ${Intl.DateTimeFormat().resolvedOptions().timeZone}`;

interface MomentFieldProps extends Pick<TextInputProps, 'id' | 'label' | 'description' | 'error' | 'w'> {
  /** As the field has it: `2026-03-01T08:00`. */
  value: string;
  onChange(value: string): void;
}

export function MomentField({ onChange, ...field }: MomentFieldProps) {
  return (
    <TextInput type="datetime-local" {...field} onChange={(event) => onChange(event.currentTarget.value)} />
  );
}

export interface FileMoment {
  /** undefined: as it is now. */
  at: string | undefined;
  problem: string | null;
  field: Pick<MomentFieldProps, 'label' | 'description' | 'value' | 'error' | 'onChange'>;
}

/** For a file. One that would be refused is not asked for: its refusal would be what is stored. */
export function useFileMoment(): FileMoment {
  const [value, onChange] = useState('');
  const first = useGet<ListPage<EventJson>>('/audit', { query: { place: 1, limit: 1 } });
  const at = momentOf(value) ?? undefined;
  const problem = at === undefined ? null : problemOf(at, first.data?.items[0]?.at);
  const description = `${inYourTime}. Left empty: as it is now.`;
  return { at, problem, field: { label: 'As it was at', description, value, error: problem, onChange } };
}

/** Of times before its first event the log knows nothing. */
export function problemOf(at: string, since?: string): string | null {
  if (Date.parse(at) > Date.now()) return 'That has not come yet.';
  if (since === undefined || Date.parse(at) >= Date.parse(since)) return null;
  return `The log begins at ${exactTime(since)}: nothing is known of before.`;
}

/** `2026-03-01T07:00:00.000Z`, or null where nothing whole is written. */
export function momentOf(written: string): string | null {
  const at = new Date(written);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** For the field; a moment that cannot be read is none. */
export function writtenOf(moment: string | undefined): string {
  const at = Date.parse(moment ?? '');
  if (Number.isNaN(at)) return '';
  const minutesBehind = new Date(at).getTimezoneOffset();
  return new Date(at - minutesBehind * 60_000).toISOString().slice(0, 19);
}
