// The help texts, all made from the table of commands.

import { commonOptions } from './arguments.ts';
import type { Command, Option } from './command.ts';
import type { Output } from './output.ts';

/** Columns of running text: what stands well in the narrowest terminal in use. */
const TEXT_COLUMNS = 78;

const environment: readonly (readonly [string, string])[] = [
  ['BIFROST_DATA_DIR', 'folder with the data of a server on this machine (./data)'],
  ['BIFROST_URL, BIFROST_API_KEY', 'address and API key of a server elsewhere'],
  ['NO_COLOR', 'no colours'],
];

const versionPair: readonly (readonly [string, string])[] = [['--version', 'which version this is']];

const exitCodes: readonly (readonly [string, string])[] = [
  ['0', 'done'],
  ['1', 'the answer is no: not found, or verify found problems'],
  ['2', 'wrong usage or configuration'],
  ['3', 'the data is in use, or the server cannot be reached or failed'],
];

export function showGroupHelp(output: Output, commands: readonly Command[], words: readonly string[]): void {
  const listed = commands.filter((each) => words.every((word, i) => each.words[i] === word));
  output.line({ tone: 'strong', text: `bifrost ${[...words, '<command>'].join(' ')} [options]` });
  if (words.length === 0) {
    output.line();
    output.line("Keeps an organisation's people and their access true to its identity provider.");
  }
  section(output, 'Commands');
  pairs(
    output,
    listed.map((each) => [[...each.words, ...operandWords(each)].join(' '), each.summary]),
  );
  section(output, 'Everywhere');
  const whole = words.length === 0;
  pairs(output, [...optionPairs(commonOptions), ...(whole ? versionPair : [])]);
  if (whole) {
    section(output, 'Environment');
    pairs(output, environment);
    section(output, 'Exit codes');
    pairs(output, exitCodes);
    output.line();
    output.line('Beside a running server the commands speak to it through a socket in its data folder;');
    output.line('when none runs they open the data themselves.');
  }
  output.line();
  output.line(`"bifrost ${[...words, '<command>'].join(' ')} --help" explains one command with examples.`);
}

export function showCommandHelp(output: Output, commands: readonly Command[], command: Command): void {
  const options = command.options ?? {};
  const required = Object.entries(options).filter(([, option]) => option.required);
  const usage = [
    'bifrost',
    ...command.words,
    ...operandWords(command),
    ...required.map(([name, option]) => `--${name} ${option.value}`),
    '[options]',
  ];
  output.line({ tone: 'strong', text: usage.join(' ') });
  output.line();
  output.line(`${command.summary}.`);
  if (command.about) {
    output.line();
    for (const each of wrapped(command.about, TEXT_COLUMNS)) output.line(each);
  }
  if (command.operands?.length) {
    section(output, 'Takes');
    pairs(
      output,
      command.operands.map(({ name, about, optional }) => [optional ? `[${name}]` : `<${name}>`, about]),
    );
  }
  section(output, 'Options');
  pairs(output, optionPairs({ ...options, ...commonOptions }));
  const below = commands.filter(
    (each) => each !== command && command.words.every((word, i) => each.words[i] === word),
  );
  if (below.length > 0) {
    section(output, 'Commands');
    pairs(
      output,
      below.map((each) => [[...each.words, ...operandWords(each)].join(' '), each.summary]),
    );
  }
  section(output, 'Examples');
  for (const [line, purpose] of command.examples) {
    output.line(`  bifrost ${line}`);
    output.line({ tone: 'dim', text: `      ${purpose}` });
  }
}

function operandWords(command: Command): string[] {
  return (command.operands ?? []).map(({ name, several, optional }) =>
    optional ? `[${name}]` : `<${name}${several ? '...' : ''}>`,
  );
}

function optionPairs(options: Readonly<Record<string, Option>>): [string, string][] {
  return Object.entries(options).map(([name, option]) => {
    const choice = option.oneOf ? `: ${option.oneOf.join(', ')}` : '';
    const must = option.required ? ' (required)' : '';
    return [`--${name}${option.value ? ` ${option.value}` : ''}`, `${option.about}${choice}${must}`];
  });
}

function section(output: Output, title: string): void {
  output.line();
  output.line({ tone: 'strong', text: title });
}

function pairs(output: Output, rows: readonly (readonly [string, string])[]): void {
  const width = Math.max(...rows.map(([left]) => left.length));
  for (const [left, right] of rows) output.line(`  ${left.padEnd(width)}  ${right}`);
}

function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
