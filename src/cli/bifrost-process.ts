// Starts Bifrost in this process: to serve, or without an address where no server runs. The server is loaded only
// then, so that help and commands to a running one are quick.

import type { Settings } from '../config.ts';
import type { KeyRing } from '../key-ring.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Bifrost } from '../main.ts';
import type { Transport, WireAnswer, WireRequest } from './api.ts';
import { CliFailure, exit } from './failure.ts';

/** @throws CliFailure for what the operator can put right: configuration, data in use, address taken. */
export async function startHere(env: NodeJS.ProcessEnv, listen: boolean): Promise<Bifrost> {
  const { startBifrost } = await import('../main.ts');
  try {
    return await startBifrost({ env, listen });
  } catch (error) {
    throw await explained(error, env);
  }
}

const LOCKED_ADVICE = 'Commands beside a running server speak to it through the socket in its data folder.';

/** The data alone, as it lies there: nothing is declared, no work begins. */
export async function openStorageHere(
  env: NodeJS.ProcessEnv,
  lockedAdvice = LOCKED_ADVICE,
): Promise<{ ledger: Ledger; settings: Settings; keys: KeyRing }> {
  try {
    const [{ readSettings }, { openStorage }, { loadKeyRing }] = await Promise.all([
      import('../config.ts'),
      import('../storage.ts'),
      import('../key-ring.ts'),
    ]);
    const settings = readSettings({ env });
    const keys = loadKeyRing(settings, { mayMake: false });
    return { ledger: await openStorage(settings), settings, keys };
  } catch (error) {
    throw await explained(error, env, lockedAdvice);
  }
}

/** The whole API without a network, with the rights of whoever may read the data folder. */
export function inProcessTransport(bifrost: Bifrost): Transport {
  const ask = ({ method, path, body }: WireRequest, payloadAsStream: boolean) =>
    bifrost.inject({
      method: method as 'GET',
      url: path,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { payload: body }),
      payloadAsStream,
    });
  const headOf = (answer: Awaited<ReturnType<typeof ask>>) => ({
    status: answer.statusCode,
    contentType: String(answer.headers['content-type'] ?? ''),
    location: '',
  });
  const request = async (asked: WireRequest): Promise<WireAnswer> => {
    const answer = await ask(asked, false);
    return { ...headOf(answer), text: answer.payload };
  };
  return {
    kind: 'in-process',
    name: bifrost.settings.dataDir,
    request,
    async stream(asked) {
      const answer = await ask(asked, true);
      return { ...headOf(answer), body: answer.stream() };
    },
    close: () => bifrost.stop(),
  };
}

async function explained(
  error: unknown,
  env: NodeJS.ProcessEnv,
  lockedAdvice = LOCKED_ADVICE,
): Promise<unknown> {
  const { ConfigError } = await import('../config.ts');
  const { LedgerLocked } = await import('../ledger/sqlite/open.ts');
  if (error instanceof ConfigError) {
    const problems = error.problems.map(({ path, message }) => `${path}: ${message}`);
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    return new CliFailure(
      exit.usage,
      `The configuration has ${count}:`,
      'Correct it and start again; nothing was started or changed.',
      problems,
    );
  }
  if (error instanceof LedgerLocked) {
    return new CliFailure(exit.unavailable, error.message, lockedAdvice);
  }
  const databaseUrl = env.DATABASE_URL?.trim();
  if (databaseUrl) {
    const { databaseFailure } = await import('./database-failure.ts');
    const failure = databaseFailure(error, databaseUrl);
    if (failure) return failure;
  }
  return systemFailure(error as NodeJS.ErrnoException, env);
}

/** A plain Error is one that we threw with words for the operator; a bug has a class or a code of its own. */
function isSaidByUs(error: NodeJS.ErrnoException): boolean {
  return error instanceof Error && error.name === 'Error' && error.code === undefined;
}

function systemFailure(error: NodeJS.ErrnoException, env: NodeJS.ProcessEnv): unknown {
  const address = `${env.HOST?.trim() || '127.0.0.1'}:${env.PORT?.trim() || '8080'}`;
  const fail = (message: string, advice: string) => new CliFailure(exit.unavailable, message, advice);
  switch (error.code) {
    case 'EADDRINUSE':
      return fail(
        `Something else listens on ${address} already.`,
        'Stop it, or set PORT to another port (PORT=0: any free one).',
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return fail(
        `This machine has no address ${address}.`,
        'Set HOST to one that it has, or to 0.0.0.0 for all.',
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return error.syscall === 'listen'
        ? fail(`This account may not listen on ${address}.`, 'Set PORT to a port above 1023.')
        : fail(
            `This account may not use ${error.path ?? 'the data folder'} (${error.code}).`,
            'Give it the right to, or set BIFROST_DATA_DIR to another folder.',
          );
    case 'ENOTDIR':
    case 'EEXIST':
      return fail(
        `${error.path ?? 'The data folder'} is a file where a folder should be.`,
        'Set BIFROST_DATA_DIR to a folder.',
      );
    default:
      return isSaidByUs(error)
        ? fail(`Bifrost cannot start here: ${error.message}`, 'Put that right and run the command again.')
        : error;
  }
}
