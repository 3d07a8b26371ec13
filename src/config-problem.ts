// What is wrong with the configuration: collected, and told all at once.

/** Name of an environment variable or of a configuration file, or a path in that file; and what to do about it. */
export interface ConfigProblem {
  readonly path: string;
  readonly message: string;
}

const PROBLEMS_SHOWN = 100;

/** Everything that is wrong, at once. No message holds a value from the environment or of the file. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.slice(0, PROBLEMS_SHOWN).map(({ path, message }) => `  ${path}: ${message}`);
    if (problems.length > PROBLEMS_SHOWN) lines.push(`  and ${problems.length - PROBLEMS_SHOWN} more`);
    const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
    super(`Bifrost does not start, because its configuration has ${count}:\n${lines.join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** The environment of the process, or what a test puts in its place. */
export type Environment = Readonly<Record<string, string | undefined>>;
