// What a command is: its words, what it takes, how it is explained, and what it does. The table in commands.ts holds
// them all; help and the reading of arguments follow from it.

import type { Api } from './api.ts';
import type { ExitCode } from './failure.ts';
import type { Output } from './output.ts';

interface Operand {
  readonly name: string;
  readonly about: string;
  /** Only of the last: one or more of them. */
  readonly several?: true;
  /** Only of the last: it may be left out. */
  readonly optional?: true;
}

export interface Option {
  readonly about: string;
  /** What stands for the value in the help; absent: the option is a switch. */
  readonly value?: string;
  readonly required?: true;
  /** The only values there are. */
  readonly oneOf?: readonly string[];
  /** A whole number of at least this. */
  readonly atLeast?: number;
}

export interface Command {
  readonly words: readonly [string, ...string[]];
  /** One line, as in a list of commands. */
  readonly summary: string;
  /** What one should know before using it. */
  readonly about?: string;
  readonly operands?: readonly Operand[];
  readonly options?: Readonly<Record<string, Option>>;
  /** A command line without `bifrost`, and what it is for. */
  readonly examples: readonly (readonly [string, string])[];
  run(call: Call): Promise<Answer | ExitCode>;
}

export type Ask = (question: string) => Promise<string>;

/** What one run of a command is given. */
export interface Call {
  readonly arguments: Arguments;
  readonly env: NodeJS.ProcessEnv;
  readonly json: boolean;
  /** For commands that write as they go; the others return an Answer. */
  readonly output: Output;
  /** A question to whoever sits at the terminal; null where nobody does. */
  readonly ask: Ask | null;
  /** The way to the data: remote, through the socket, or in this process. Opened when first asked for. */
  api(): Promise<Api>;
  /** One secret from standard input; `what` is asked for where a person has to type it. */
  secret(what: string): Promise<string>;
  /** For commands that go on until they are told to end: from then on Ctrl-C and a polite kill ask instead of killing. */
  stopSignal(): AbortSignal;
}

export interface Arguments {
  operand(name: string): string;
  /** Of one that may be left out. */
  maybe(name: string): string | undefined;
  /** Of an operand that there may be several of. */
  operands(name: string): readonly string[];
  text(name: string): string | undefined;
  /** An option that the command declares as required. */
  required(name: string): string;
  count(name: string): number | undefined;
  flag(name: string): boolean;
}

/** What came out: one document for `--json`, the same in words otherwise. */
interface Answer {
  readonly document: unknown;
  show(output: Output): void;
  readonly exitCode?: ExitCode;
}
