// Entry of `npm run simulator -- <command>`: the local Entra on its own, against any SCIM server or for any OpenID client.

import { push } from './push.ts';
import { PUSH_HELP, readPushOptions } from './push-options.ts';
import { serve } from './serve.ts';
import { readServeOptions, SERVE_HELP } from './serve-options.ts';
import { UsageError } from './usage.ts';

const HELP = `The local Entra: plays Microsoft Entra's side, for provisioning and for sign-in.

  simulator push --base URL --token T [--users N] [--groups N] [--members N] [--dialect legacy|flag|gallery]
                 one initial cycle as Entra would, and everything that Entra would count as a failure
  simulator serve [--port 9000] [--tenant-users N] [--tenant-groups N] [--scale] [--speed N] [--bifrost URL]
                 sign-in, directory and Graph of a made-up tenant, with a page that says what to enter in Bifrost
  simulator serve --push-base URL --push-token T
                 the same, provisioned from that tenant as well
  simulator push --help, simulator serve --help
                 all options
`;

interface Command {
  readonly help: string;
  readonly run: (args: readonly string[]) => Promise<number>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  push: { help: PUSH_HELP, run: (args) => push(readPushOptions(args, process.env), print) },
  serve: {
    help: SERVE_HELP,
    run: (args) => serve(readServeOptions(args, process.env), print, untilSignal()),
  },
};

function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

function untilSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());
  return stopping.signal;
}

function wrongUsage(message: string, see: string): number {
  process.stderr.write(`${message}\nSee: ${see}\n`);
  return 2;
}

async function run([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === 'help') {
    print(HELP);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) return wrongUsage(`There is no command "${name}"`, 'simulator --help');
  if (args.includes('--help')) {
    print(command.help);
    return 0;
  }
  try {
    return await command.run(args);
  } catch (error) {
    if (error instanceof UsageError) return wrongUsage(error.message, `simulator ${name} --help`);
    throw error;
  }
}

process.exitCode = await run(process.argv.slice(2));
