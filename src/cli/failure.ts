// How the CLI says no: one sentence what is wrong, one what to do, and an exit code that scripts can branch on.

/** 0 done; 1 the answer is no; 2 wrong usage or configuration; 3 in use, unreachable or failed on the other side. */
export type ExitCode = 0 | 1 | 2 | 3;

export const exit = { ok: 0, no: 1, usage: 2, unavailable: 3 } as const satisfies Record<string, ExitCode>;

/** Ends the command. Neither text ever holds a token or a key. */
export class CliFailure extends Error {
  readonly exitCode: ExitCode;
  /** What the operator can do about it. */
  readonly advice: string;
  /** Several problems of one kind, each on a line of its own. */
  readonly problems: readonly string[];

  constructor(exitCode: ExitCode, message: string, advice: string, problems: readonly string[] = []) {
    super(message);
    this.name = 'CliFailure';
    this.exitCode = exitCode;
    this.advice = advice;
    this.problems = problems;
  }
}

export function usageFailure(message: string, advice: string): CliFailure {
  return new CliFailure(exit.usage, message, advice);
}
