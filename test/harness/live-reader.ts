// Somebody who follows /api/live, and what they heard.

import { type EventSourceReader, followStream } from './event-source.ts';

export type LiveReader = EventSourceReader<{ position?: number; topics?: string[] }>;

export const followLive = (url: string, headers: Record<string, string>): Promise<LiveReader> =>
  followStream(`${url}/api/live`, headers);
