// The one way to the simulator: JSON of the portal's API. A refusal is a `PortalProblem` with a sentence for people; after a change
// everything that is shown is asked again, because everything here hangs together.

import { notifications } from '@mantine/notifications';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ExchangeJson, ProvisioningJson } from '../portal-api/contract.ts';

export class PortalProblem extends Error {
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

type Query = Readonly<Record<string, string | number | undefined>>;
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** `path` below /portal/api. @throws PortalProblem */
export async function ask<Body>(
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Body> {
  const response = await fetch(`/portal/api${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new PortalProblem(0, 'Local Entra does not answer. It may have been stopped.');
  });
  const text = await response.text();
  if (response.ok) return (text === '' ? null : JSON.parse(text)) as Body;
  throw new PortalProblem(response.status, sentenceIn(text));
}

function sentenceIn(text: string): string {
  try {
    return String(JSON.parse(text).detail);
  } catch {
    return text;
  }
}

function addressOf(path: string, query: Query): string {
  const wanted = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') wanted.set(name, String(value));
  }
  return wanted.size === 0 ? path : `${path}?${wanted}`;
}

export function useGet<Body>(path: string, query: Query = {}, everyMs?: number) {
  const address = addressOf(path, query);
  return useQuery<Body, PortalProblem>({
    queryKey: [path, address],
    queryFn: ({ signal }) => ask<Body>('GET', address, undefined, signal),
    placeholderData: keepPreviousData,
    ...(everyMs !== undefined && { refetchInterval: everyMs }),
  });
}

const SOON_MS = 1_000;

/** Followed on every page: what runs, what is next, and whether it is well. */
export function useProvisioning() {
  return useGet<ProvisioningJson>('/provisioning', {}, SOON_MS);
}

const KEPT = 60;

/** The last requests, newest first; only those that are new are asked for. */
export function useSent() {
  const client = useQueryClient();
  const queryKey = ['/provisioning/sent'];
  return useQuery<ExchangeJson[], PortalProblem>({
    queryKey,
    refetchInterval: SOON_MS,
    queryFn: async ({ signal }) => {
      const known = client.getQueryData<ExchangeJson[]>(queryKey) ?? [];
      const after = known[0]?.number ?? 0;
      const path = addressOf('/provisioning/sent', { after });
      const { items } = await ask<{ items: ExchangeJson[] }>('GET', path, undefined, signal);
      if (items.length === 0) return known;
      // Numbers begin anew with Local Entra, which keeps nothing.
      const isAnew = items[0]!.number <= after;
      return [...items.reverse(), ...(isAnew ? [] : known)].slice(0, KEPT);
    },
  });
}

interface Change<Input, Output> {
  run(input: Input): Promise<Output>;
  /** What is said when it is done. */
  done?: string;
  /** A page that is left because of it is left before everything is asked again: what it showed may be gone. */
  onDone?(output: Output): void | Promise<void>;
  /** The page shows the problem itself. */
  isQuiet?: boolean;
}

export function useChange<Input = void, Output = unknown>({
  run,
  done,
  onDone,
  isQuiet,
}: Change<Input, Output>) {
  const client = useQueryClient();
  return useMutation<Output, PortalProblem, Input>({
    mutationFn: run,
    onSuccess: async (output) => {
      if (done !== undefined) notifications.show({ message: done, color: 'green', autoClose: 5_000 });
      await onDone?.(output);
      void client.invalidateQueries();
    },
    onError: (problem) => {
      if (!isQuiet) notifications.show({ message: problem.message, color: 'red', autoClose: 12_000 });
    },
  });
}
