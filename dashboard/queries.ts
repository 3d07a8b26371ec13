// How pages ask and change: one key for what one address answers, so that what is live refreshes by the first part of it, and one
// way to say how a change ended.

import { notifications } from '@mantine/notifications';
import {
  type InfiniteData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useRef } from 'react';
import { ApiProblem, get, type Query, send } from './api.ts';

/** What every list of the API answers. */
export interface ListPage<Item> {
  items: Item[];
  nextCursor: string | null;
  total: number;
  totalIsCapped?: boolean;
  pending?: boolean;
}

const PAGE_ROWS = 100;
const STALE = 412;

/** `users` for `/users/7/timeline`: what the live channel calls a topic. */
export function keyOf(path: string, query: Query = {}, topic?: string): readonly unknown[] {
  return [topic ?? path.split('/')[1] ?? '', path, query];
}

/** What was found before stays while other search, sort or filters are asked for; what another path answered is something else. */
function keptOf(path: string) {
  return <Found>(before: Found | undefined, of: { queryKey: readonly unknown[] } | undefined) =>
    of?.queryKey[1] === path ? before : undefined;
}

export interface GetOptions {
  query?: Query;
  enabled?: boolean;
  /** Milliseconds after which it is asked again by itself: of long work. */
  every?: number | ((found: unknown) => number | false);
  /** In place of the one in its address: what no news are about is asked again by `every` alone. */
  topic?: string;
}

/** What `GET /api<path>` answers, kept and refreshed. */
export function useGet<Body>(path: string, { query = {}, enabled = true, every, topic }: GetOptions = {}) {
  return useQuery<Body, ApiProblem>({
    queryKey: keyOf(path, query, topic),
    queryFn: ({ signal }) => get<Body>(path, query, signal),
    enabled,
    placeholderData: keptOf(path),
    ...(every !== undefined && {
      refetchInterval: typeof every === 'number' ? every : (found) => every(found.state.data),
    }),
  });
}

/** A list of the API, page by page as it is scrolled. */
export function useList<Item>(path: string, query: Query = {}, enabled = true) {
  return useInfiniteQuery<
    ListPage<Item>,
    ApiProblem,
    InfiniteData<ListPage<Item>>,
    readonly unknown[],
    string
  >({
    queryKey: [...keyOf(path, query), 'pages'],
    queryFn: ({ pageParam, signal }) =>
      get<ListPage<Item>>(path, { limit: PAGE_ROWS, ...query, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    enabled,
    placeholderData: keptOf(path),
  });
}

export interface Change<Input, Output> {
  run(input: Input): Promise<Output>;
  /** Topics whose pages show something else afterwards; all where left out. */
  touches?: readonly string[];
  /** What is said when it is done; nothing where left out. */
  done?: string | ((output: Output, input: Input) => string);
  /** A promise of it belongs to the change: until then it is under way. */
  onDone?(output: Output, input: Input): void | Promise<void>;
  /** The page shows the problem itself. */
  isQuiet?: boolean;
}

/** A change by a button: says how it ended, and refreshes what it touched. The same once more while it is under way is a double click. */
export function useChange<Input = void, Output = unknown>(change: Change<Input, Output>) {
  const client = useQueryClient();
  const underWay = useRef(new Set<string>());
  const { touches } = change;
  const refresh = () =>
    void client.invalidateQueries({
      predicate: ({ queryKey }) => !touches || touches.includes(String(queryKey[0])),
    });
  const mutation = useMutation<Output, ApiProblem, Input>({
    mutationFn: change.run,
    onSuccess: (output, input) => {
      const { done } = change;
      refresh();
      if (done !== undefined) sayDone(typeof done === 'function' ? done(output, input) : done);
      return change.onDone?.(output, input);
    },
    onError: (problem) => {
      // Somebody else was first: what is there now is asked for, and the form says so.
      if (problem.status === STALE) refresh();
      if (!change.isQuiet) sayProblem(problem);
    },
    onSettled: (_output, _problem, input) => void underWay.current.delete(keyOfInput(input)),
  });
  const mutate: typeof mutation.mutate = (...args) => {
    const key = keyOfInput(args[0]);
    if (underWay.current.has(key)) return;
    underWay.current.add(key);
    mutation.mutate(...args);
  };
  return { ...mutation, mutate };
}

function keyOfInput(input: unknown): string {
  return JSON.stringify(input) ?? '';
}

/** `useChange` for one request. */
export function sending<Output>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string) {
  return async (body?: unknown): Promise<Output> =>
    (await send<Output>(path, { method, ...(body !== undefined && { body }) })).body;
}

const closeButtonProps = { 'aria-label': 'Dismiss' };

export function sayDone(message: string): void {
  notifications.show({ message, color: 'green', autoClose: 6_000, closeButtonProps });
}

export function sayProblem(problem: unknown): void {
  const isOurs = problem instanceof ApiProblem;
  notifications.show({
    title: isOurs ? problem.title : 'It did not work',
    message: problem instanceof Error ? problem.message : String(problem),
    color: 'red',
    autoClose: 15_000,
    closeButtonProps,
  });
}
