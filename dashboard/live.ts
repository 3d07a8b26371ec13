// Pages follow what happens: what an address answers is asked again when something of its topic has changed. One connection for a
// window, only while somebody may be looking at it; where there is none, everything is asked again now and then.

import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { get } from './api.ts';

/** Between two rounds of asking: a busy log is no reason to ask all the time. */
const ASK_EVERY_MS = 1_500;
/** While a change is under way: its own answer comes first, and says more than the news of it. */
const WAIT_FOR_CHANGE_MS = 200;
/** Without a connection. */
const ASK_WITHOUT_MS = 15_000;

export function useLive(): void {
  const client = useQueryClient();
  useEffect(() => follow(client), [client]);
}

function follow(client: QueryClient): () => void {
  const ask = asker(client);
  let source: EventSource | null = null;
  let without: ReturnType<typeof setInterval> | null = null;

  const hear = ({ data }: MessageEvent<string>) => {
    ask.soon((JSON.parse(data) as { topics: string[] }).topics);
  };
  // Whoever has no session any more is led to signing in by the answer.
  const lookWhoWeAre = () => void get('/me').catch(() => {});

  function open(): void {
    if (source || document.hidden) return;
    source = new EventSource('/api/live');
    source.onmessage = hear;
    source.addEventListener('ended', () => {
      shut();
      lookWhoWeAre();
    });
    source.onerror = () => {
      // A connection that broke comes back by itself; one that was refused does not.
      if (source?.readyState !== EventSource.CLOSED) return;
      shut();
      lookWhoWeAre();
      without ??= setInterval(again, ASK_WITHOUT_MS);
    };
    source.onopen = () => {
      if (without) clearInterval(without);
      without = null;
    };
  }

  function shut(): void {
    source?.close();
    source = null;
  }

  /** What happened meanwhile nobody told. */
  function again(): void {
    ask.all();
    open();
  }

  const look = () => (document.hidden ? shut() : again());
  document.addEventListener('visibilitychange', look);
  open();
  return () => {
    document.removeEventListener('visibilitychange', look);
    if (without) clearInterval(without);
    ask.stop();
    shut();
  };
}

function asker(client: QueryClient) {
  const waiting = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let lastMs = 0;
  const ask = () => {
    timer = client.isMutating() > 0 ? setTimeout(ask, WAIT_FOR_CHANGE_MS) : null;
    if (timer) return;
    lastMs = performance.now();
    const topics = new Set(waiting);
    waiting.clear();
    void client.invalidateQueries({ predicate: ({ queryKey }) => topics.has(String(queryKey[0])) });
  };
  return {
    soon(topics: readonly string[]): void {
      for (const topic of topics) waiting.add(topic);
      if (waiting.size > 0) timer ??= setTimeout(ask, Math.max(0, lastMs + ASK_EVERY_MS - performance.now()));
    },
    all: () => void client.invalidateQueries(),
    stop: () => {
      if (timer) clearTimeout(timer);
    },
  };
}
