// The body of an outbound answer, as text: whole and no larger than it may be, or its beginning.

import type { Readable } from 'node:stream';
import { OutboundFailure } from './outbound-failure.ts';

export async function readWhole(
  { body }: { readonly body: Readable },
  headers: Readonly<Record<string, string>>,
  host: string,
  maxBytes: number,
): Promise<string> {
  const refuse = (kind: 'tooLarge' | 'protocol', message: string) => {
    body.on('error', () => {}).destroy();
    return new OutboundFailure(message, { kind, host, addresses: [], advice: 'Check what answers there.' });
  };
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    throw refuse('protocol', `${host} answered in an encoding that was not asked for.`);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw refuse('tooLarge', `The answer of ${host} is larger than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What comes in an encoding that was not asked for is read and not shown. `isCut`: there is more. */
export async function readBeginning(
  { body }: { readonly body: Readable },
  { 'content-encoding': encoding = 'identity' }: Readonly<Record<string, string>>,
  maxBytes: number,
): Promise<{ text: string; isCut: boolean }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (encoding === 'identity') chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) break;
  }
  body.on('error', () => {}).destroy();
  const text = Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8');
  return { text, isCut: bytes > maxBytes };
}
