// One run of the CLI: finds the command, runs it, writes its answer or what went wrong, gives the exit code.

import { version } from '../version.ts';
import { type Api, apiOver, type Transport } from './api.ts';
import { findCommand, readArguments, readCommonOptions } from './arguments.ts';
import type { Ask, Command } from './command.ts';
import { commands } from './commands.ts';
import { openTransport } from './connection.ts';
import { CliFailure, type ExitCode, exit } from './failure.ts';
import { showCommandHelp, showGroupHelp } from './help.ts';
import { createOutput, type Output, type Sink } from './output.ts';
import { withSecretFiles } from './secret-files.ts';
import { readSecret, type SecretSource } from './secret-input.ts';

export interface CliRun {
  /** Without the interpreter and the script. */
  argv: readonly string[];
  env: NodeJS.ProcessEnv;
  stdout: Sink;
  stderr: Sink;
  /** Where a secret is read from; nothing comes when left out. */
  stdin?: SecretSource;
  /** Where somebody sits at a terminal. */
  ask?: Ask;
  /** Instead of Ctrl-C and a polite kill of this process. */
  stop?: AbortSignal;
}

export async function runCli(run: CliRun): Promise<ExitCode> {
  const output = createOutput(run.stdout, run.stderr, run.env);
  const { json } = readCommonOptions(run.argv);
  try {
    return await perform(run, output);
  } catch (error) {
    return showFailure(output, json, error);
  }
}

async function perform(run: CliRun, output: Output): Promise<ExitCode> {
  const line = readCommonOptions(run.argv);
  if (line.version) {
    if (line.json) output.document({ version });
    else output.line(`bifrost ${version}`);
    return exit.ok;
  }
  // `bifrost help user show` is `bifrost user show --help`.
  const asksHelp = line.help || line.words[0] === 'help';
  const words = line.words[0] === 'help' ? line.words.slice(1) : line.words;
  const found = findCommand(commands, words);
  const help = createOutput(asksHelp ? run.stdout : run.stderr, run.stderr, run.env);
  if (found.kind === 'group') {
    showGroupHelp(help, commands, found.words);
    return asksHelp ? exit.ok : exit.usage;
  }
  if (asksHelp) {
    showCommandHelp(help, commands, found.command);
    return exit.ok;
  }
  const env = withSecretFiles(run.env);
  return execute(found.command, found.rest, { ...run, env, json: line.json }, output);
}

async function execute(
  command: Command,
  rest: readonly string[],
  { env, json, stop, stdin, ask }: CliRun & { json: boolean },
  output: Output,
): Promise<ExitCode> {
  const over = new AbortController();
  let transport: Transport | null = null;
  const api = async (): Promise<Api> => {
    transport ??= await openTransport(env);
    return apiOver(transport);
  };
  const call = {
    arguments: readArguments(command, rest),
    env,
    json,
    output,
    ask: ask ?? null,
    api,
    secret: (what: string) =>
      readSecret(stdin ?? nothing(), () => output.note(`${what} (nothing of it is shown), then Enter:`)),
    stopSignal: () => stop ?? interrupted(over.signal),
  };
  try {
    const answer = await command.run(call);
    if (typeof answer === 'number') return answer;
    if (json) output.document(answer.document);
    else answer.show(output);
    return answer.exitCode ?? exit.ok;
  } finally {
    over.abort();
    await (transport as Transport | null)?.close();
  }
}

async function* nothing(): AsyncGenerator<string> {}

/** npm and others hand on a signal that the terminal sent to everybody already: so close together, two are one. */
const SAME_SIGNAL_MS = 1_000;

/**
 * The first Ctrl-C asks to end; a later one ends at once. What was answered is on disk in any case. `over`: the command has ended,
 * and the process need not.
 */
function interrupted(over: AbortSignal): AbortSignal {
  const controller = new AbortController();
  let askedAt = 0;
  const ask = () => {
    if (controller.signal.aborted && performance.now() - askedAt > SAME_SIGNAL_MS) process.exit(130);
    askedAt ||= performance.now();
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, ask);
    over.addEventListener('abort', () => process.off(name, ask));
  }
  return controller.signal;
}

/** To people on standard error; with `--json` to standard output as well, where the answer would have been. */
function showFailure(output: Output, json: boolean, error: unknown): ExitCode {
  const failure = error instanceof CliFailure ? error : unexpected(error);
  const { message, advice, problems, exitCode } = failure;
  if (json) {
    output.document({ error: { message, advice, ...(problems.length > 0 && { problems }), exitCode } });
  }
  output.note({ tone: 'bad', text: 'Error: ' }, message);
  for (const problem of problems) output.note('  ', problem);
  output.note(advice);
  return exitCode;
}

function unexpected(error: unknown): CliFailure {
  const message = error instanceof Error ? error.message : String(error);
  return new CliFailure(
    exit.unavailable,
    `Something went wrong that should not: ${message.replace(/[.\s]*$/, '')}.`,
    'Please report it, with the command and what this message says.',
  );
}
