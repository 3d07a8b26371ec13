// A page is its address: search, sort and filters stand behind the `?` as plain texts, and leaving one empty takes it out.

import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

export type Address = Readonly<Record<string, string | undefined>>;

/** For the router: only the names that a page knows, and as texts, whatever they look like. */
export function texts(...names: readonly string[]) {
  return (found: Record<string, unknown>): Address =>
    Object.fromEntries(
      names.filter((name) => found[name] !== undefined).map((name) => [name, String(found[name])]),
    );
}

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const entries = Object.entries(search)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => [name, String(value)]);
  const text = new URLSearchParams(entries).toString();
  return text === '' ? '' : `?${text}`;
}

/** What stands behind the `?`, and how to change some of it, always the same function; typing in a search box makes no history. */
export function useAddress(): [Address, (changes: Address, how?: { isTyping?: boolean }) => void] {
  const address = useSearch({ strict: false }) as Address;
  const navigate = useNavigate();
  const change = useCallback(
    (changes: Address, { isTyping = false } = {}) =>
      void navigate({
        to: '.',
        search: (before: Address) => ({ ...before, ...changes }),
        replace: isTyping,
        resetScroll: false,
      } as never),
    [navigate],
  );
  return [address, change];
}
