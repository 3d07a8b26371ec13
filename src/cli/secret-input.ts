// A secret that somebody hands over: from standard input, or from the environment. Never as an argument, which the history of
// the shell and the list of processes would show.

import { CliFailure, exit, usageFailure } from './failure.ts';

/** As much of process.stdin as is used. */
export interface SecretSource extends AsyncIterable<string | Uint8Array> {
  isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
}

/** As many as a client secret may have. */
const CHARACTERS = 4_096;
const [CTRL_C, CTRL_D, BACKSPACE] = ['\u0003', '\u0004', '\u007f'];

/** `ask`: called where a person has to type it, which is then not shown. Rejects where nothing usable comes. */
export async function readSecret(source: SecretSource, ask: () => void): Promise<string> {
  const text = source.isTTY ? await typed(source, ask) : await piped(source);
  const secret = text.replace(/\r?\n$/, '');
  if (secret === '')
    throw usageFailure('Standard input has no secret.', 'Pipe it in, or type it and press Enter.');
  if (/[\r\n]/.test(secret) || secret.length > CHARACTERS) {
    throw usageFailure('What came on standard input is no secret.', 'It is one line; pipe nothing else in.');
  }
  return secret;
}

async function piped(source: SecretSource): Promise<string> {
  let text = '';
  for await (const chunk of source) {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    if (text.length > CHARACTERS + 2) break;
  }
  return text;
}

/** Key by key, because a terminal would show a line. */
async function typed(source: SecretSource, ask: () => void): Promise<string> {
  let text = '';
  ask();
  source.setRawMode?.(true);
  try {
    for await (const chunk of source) {
      for (const key of typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')) {
        if (key === '\r' || key === '\n' || key === CTRL_D) return text;
        if (key === CTRL_C) throw new CliFailure(exit.usage, 'Nothing was entered.', 'Nothing was changed.');
        text = key === BACKSPACE ? text.slice(0, -1) : text + key;
      }
    }
  } finally {
    source.setRawMode?.(false);
  }
  return text;
}

/** The name under which a client secret may stand in the environment. */
export const CLIENT_SECRET_VARIABLE = 'BIFROST_CLIENT_SECRET';

export const clientSecretOption = {
  about: `read the client secret from standard input; without it ${CLIENT_SECRET_VARIABLE} counts, if it is set`,
};

export const secretEndOption = {
  value: '<day>',
  about:
    'when the client secret ends, such as 2027-05-01: for notices before it, where Microsoft Graph does not say',
};
