// What every command of the simulator's command line shares: how wrong usage is said, and the reading of single values.

/** Wrong usage: all problems at once, one per line. */
export class UsageError extends Error {}

export function wholeNumber(name: string, text: string, least: number, problems: string[]): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
  problems.push(`--${name} ${text}: not a whole number of at least ${least}`);
  return least;
}

export function oneOf<T extends string>(
  name: string,
  text: string,
  allowed: readonly T[],
  problems: string[],
): T {
  const found = allowed.find((one) => one === text);
  if (found === undefined) problems.push(`--${name} ${text}: not one of ${allowed.join(', ')}`);
  return found ?? allowed[0]!;
}

export function isWebAddress(text: string): boolean {
  return /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : '');
}

/** The secret token of a provider: as it is, or `env.NAME`. */
export function readToken(
  name: string,
  token: string | undefined,
  env: NodeJS.ProcessEnv,
  problems: string[],
): string {
  if (token === undefined) problems.push(`--${name} is missing: the secret token of the provider`);
  if (!token?.startsWith('env.')) return token ?? '';
  const value = env[token.slice('env.'.length)];
  if (value === undefined) problems.push(`--${name} ${token}: the environment has no such variable`);
  return value ?? '';
}
