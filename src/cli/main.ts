// Entry of the command `bifrost`: joins the CLI to this process. scripts/build.mjs makes one file of it.

import { createInterface } from 'node:readline/promises';
import { runCli } from './run.ts';

/** A reader that has seen enough (`bifrost user list | head`) ends the command without a word. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 3);
});

/** What may still hold the process once its command has ended, such as a connection that nobody closes. */
const LINGER_MS = 1_000;

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

process.exitCode = await runCli({
  argv: process.argv.slice(2),
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  ...(process.stdin.isTTY && process.stderr.isTTY && { ask }),
});
setTimeout(() => process.exit(), LINGER_MS).unref();
