// A moment that somebody asks about: chosen in the time of whoever looks, kept and asked for as one that is the same everywhere.

import { TextInput, type TextInputProps } from '@mantine/core';

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

export function isToCome(moment: string): boolean {
  return Date.parse(moment) > Date.now();
}

export const NOT_YET = 'That moment has not come yet.';
