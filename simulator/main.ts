// Entry of `npm run simulator -- <command>`: the local Entra on its own, against any SCIM server.

import { push } from './push.ts';
import { PUSH_HELP, readPushOptions, UsageError } from './push-options.ts';

const HELP = `The local Entra: plays Microsoft Entra's side against a SCIM server.

  simulator push --base URL --token T [--users N] [--groups N] [--members N] [--dialect legacy|flag|gallery]
                 one initial cycle as Entra would, and everything that Entra would count as a failure
  simulator push --help
                 all options
`;

function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

function wrongUsage(message: string): number {
  process.stderr.write(`${message}\nSee: simulator push --help\n`);
  return 2;
}

async function run([command, ...args]: readonly string[]): Promise<number> {
  if (command === undefined || command === '--help' || command === 'help') {
    print(HELP);
    return command === undefined ? 2 : 0;
  }
  if (command !== 'push') return wrongUsage(`There is no command "${command}"`);
  if (args.includes('--help')) {
    print(PUSH_HELP);
    return 0;
  }
  try {
    return await push(readPushOptions(args, process.env), print);
  } catch (error) {
    if (error instanceof UsageError) return wrongUsage(error.message);
    throw error;
  }
}

process.exitCode = await run(process.argv.slice(2));
