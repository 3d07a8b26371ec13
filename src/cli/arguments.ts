// Reads the command line: finds the command in the table, its operands and options, and says what is wrong with them.

import { parseArgs } from 'node:util';
import { nearest } from '../nearest.ts';
import type { Arguments, Command, Option } from './command.ts';
import { usageFailure } from './failure.ts';

/** Options that every command has. */
export const commonOptions: Readonly<Record<string, Option>> = {
  json: { about: 'answer with JSON' },
  help: { about: 'explain the command' },
};

/** `--` ends the options: what follows is an operand, whatever it looks like. */
export interface CommandLine {
  readonly words: readonly string[];
  readonly json: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/** Takes out the options that may stand anywhere. */
export function readCommonOptions(argv: readonly string[]): CommandLine {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const options = argv.slice(0, end);
  const common = ['--json', '--help', '-h', '--version'];
  return {
    words: [...options.filter((each) => !common.includes(each)), ...argv.slice(end)],
    json: options.includes('--json'),
    help: options.includes('--help') || options.includes('-h'),
    version: options.includes('--version'),
  };
}

export type Found =
  | { kind: 'command'; command: Command; rest: readonly string[] }
  /** The first words of several commands, `provider` for example; without words all of them. */
  | { kind: 'group'; words: readonly string[] };

export function findCommand(commands: readonly Command[], words: readonly string[]): Found {
  // `reconcile list` before `reconcile`, which takes a provider.
  const command = commands
    .filter(({ words: its }) => its.every((word, i) => words[i] === word))
    .reduce<Command | null>(
      (best, each) => (best && best.words.length > each.words.length ? best : each),
      null,
    );
  if (command) return { kind: 'command', command, rest: words.slice(command.words.length) };
  const [first, second] = words;
  if (first === undefined || first === '--') return { kind: 'group', words: [] };
  const inGroup = commands.filter((each) => each.words[0] === first);
  if (inGroup.length === 0) throw unknownCommand(first, '', [...new Set(commands.map((c) => c.words[0]))]);
  if (second === undefined || second === '--') return { kind: 'group', words: [first] };
  throw unknownCommand(
    second,
    `${first} `,
    inGroup.map((each) => each.words[1]!),
  );
}

function unknownCommand(word: string, before: string, known: readonly string[]) {
  if (word.startsWith('-')) {
    return usageFailure(
      `The option ${optionName(word)} stands before the command.`,
      'Write the command first: bifrost <command> [options].',
    );
  }
  const meant = nearest(word, known);
  return usageFailure(
    `There is no command "${before}${word}".`,
    meant
      ? `Did you mean "bifrost ${before}${meant}"?`
      : `"bifrost ${before}--help" lists the commands that there are.`,
  );
}

/** The option without its value, which may be a secret put in the wrong place. */
function optionName(word: string): string {
  return word.split('=', 1)[0]!;
}

export function readArguments(command: Command, rest: readonly string[]): Arguments {
  const options = command.options ?? {};
  const help = `See: bifrost ${command.words.join(' ')} --help`;
  const { tokens } = parseArgs({
    args: [...rest],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { value }]) => [name, { type: value ? 'string' : 'boolean' }]),
    ),
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const given = new Map<string, string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name]! : null;
    if (!option) throw unknownOption(token.rawName, Object.keys(options), help);
    if (given.has(token.name)) throw usageFailure(`--${token.name} is given twice.`, help);
    const value = option.value ? token.value : (token.value ?? '');
    given.set(token.name, checkedValue(token.name, option, value, token.inlineValue === true, help));
  }
  const operands = readOperands(command, positionals, help);
  for (const [name, option] of Object.entries(options)) {
    if (option.required && !given.has(name)) {
      throw usageFailure(`--${name} ${option.value} is missing: ${option.about}.`, help);
    }
  }
  return {
    operand: (name) => operands.get(name)![0]!,
    maybe: (name) => operands.get(name)?.[0],
    operands: (name) => operands.get(name)!,
    text: (name) => given.get(name),
    required: (name) => given.get(name)!,
    count: (name) => (given.has(name) ? Number(given.get(name)) : undefined),
    flag: (name) => given.has(name),
  };
}

function unknownOption(rawName: string, known: readonly string[], help: string) {
  const all = [...known, ...Object.keys(commonOptions)];
  const meant = rawName.startsWith('--') ? nearest(rawName.slice(2), all) : null;
  return usageFailure(`There is no option ${rawName}.`, meant ? `Did you mean --${meant}? ${help}` : help);
}

function checkedValue(
  name: string,
  option: Option,
  value: string | undefined,
  inline: boolean,
  help: string,
): string {
  if (!option.value) {
    if (inline) throw usageFailure(`--${name} takes no value.`, help);
    return '';
  }
  if (value === undefined || value === '' || (!inline && value.startsWith('-'))) {
    throw usageFailure(`--${name} needs a value: ${option.about}.`, help);
  }
  if (option.oneOf && !option.oneOf.includes(value)) {
    const meant = nearest(value, option.oneOf);
    const choice = `It is one of: ${option.oneOf.join(', ')}.`;
    throw usageFailure(
      `--${name} cannot be "${value}".`,
      meant ? `Did you mean "${meant}"? ${choice}` : choice,
    );
  }
  if (option.atLeast !== undefined && !isCount(value, option.atLeast)) {
    throw usageFailure(
      `--${name} cannot be "${value}".`,
      `It is a whole number, ${option.atLeast} or greater.`,
    );
  }
  return value;
}

function isCount(value: string, atLeast: number): boolean {
  return /^[0-9]{1,15}$/.test(value) && Number(value) >= atLeast;
}

function readOperands(
  command: Command,
  positionals: readonly string[],
  help: string,
): ReadonlyMap<string, readonly string[]> {
  const wanted = command.operands ?? [];
  const missing = wanted[positionals.length];
  if (missing && !missing.optional)
    throw usageFailure(`<${missing.name}> is missing: ${missing.about}.`, help);
  const isOpen = wanted.at(-1)?.several === true;
  const surplus = isOpen ? undefined : positionals[wanted.length];
  if (surplus !== undefined) throw usageFailure(`"${surplus}" is one word too many.`, help);
  const given = wanted.map(({ several }, i) => positionals.slice(i, several ? undefined : i + 1));
  const empty = wanted.find((_, i) => given[i]!.includes(''));
  if (empty) throw usageFailure(`<${empty.name}> is empty: ${empty.about}.`, help);
  return new Map(wanted.map(({ name }, i) => [name, given[i]!]));
}
