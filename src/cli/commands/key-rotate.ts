// bifrost key rotate: seals what is secret at rest with a new key.

import type { RotationJson } from '../../edge/admin/contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import type { Output } from '../output.ts';

export const keyRotate: Command = {
  words: ['key', 'rotate'],
  summary: 'Seal all stored secrets with a new key',
  about:
    'With the key in the data folder: a new one is made and takes its place, also while the server runs. With BIFROST_SECRET_KEY: set it to the new key and BIFROST_SECRET_KEY_FORMER to the one before it, on every server, and then run this. Interrupted, even by kill -9, nothing is lost; the same command finishes it. docs/keys.md has the order for several servers.',
  examples: [
    ['key rotate', 'beside a running server, or where none runs'],
    ['key rotate --json', 'ids of the keys, and how many secrets were sealed anew'],
  ],
  async run({ api: open }: Call) {
    const rotation = await (await open()).send<RotationJson>('POST', pathOf('key', 'rotate'));
    return { document: rotation, show: (output) => show(output, rotation) };
  },
};

function show(output: Output, { source, key, formerKey, secrets, resealed }: RotationJson): void {
  if (source === 'environment' && formerKey !== null && resealed === 0) {
    output.line(
      { tone: 'good', text: `All secrets are already sealed with BIFROST_SECRET_KEY (${key})` },
      '; nothing was changed.',
    );
    output.line(
      `If you are changing to ${formerKey}, make it BIFROST_SECRET_KEY first (docs/keys.md, step 2).`,
    );
    return;
  }
  const all = secrets === 1 ? 'The one stored secret is' : `All ${secrets} stored secrets are`;
  const also = resealed > secrets ? ', refresh tokens of sessions among them' : '';
  output.line({ tone: 'good', text: `${all} sealed with key ${key}` }, ` (${resealed} sealed anew${also}).`);
  if (source === 'file') {
    output.line('Back up the new key: secret.key of the data folder.');
    output.line(
      `Exports and backups of before open only with the former key: it stays there as secret.key.former-${formerKey}. Delete it when no backup needs it.`,
    );
  } else if (formerKey !== null) {
    output.line(
      `Nothing stored needs key ${formerKey} any more: when every server runs with the new key, unset BIFROST_SECRET_KEY_FORMER.`,
    );
    output.line('Exports and backups of before open only with it: keep it for as long as you keep them.');
  } else if (resealed === 0) {
    output.line(
      'To change it: BIFROST_SECRET_KEY=<new> BIFROST_SECRET_KEY_FORMER=<this one>, start, run this.',
    );
  }
}
