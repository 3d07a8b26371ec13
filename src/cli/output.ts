// The one place where the CLI writes. Owns alignment, colour, JSON, and that nothing a directory sent (a display name
// with escape sequences in it) can steer the terminal.

export type Tone = 'strong' | 'dim' | 'good' | 'bad' | 'warning';
export type Text = string | { readonly tone: Tone; readonly text: string };

export interface Sink {
  /** False: it is full, and tells by `drain` when it takes more. */
  write(text: string | Uint8Array): unknown;
  once?(event: 'drain', listener: () => void): unknown;
  isTTY?: boolean;
}

export interface Output {
  /** To standard output, for people. */
  line(...parts: Text[]): void;
  table(headings: readonly string[], rows: readonly (readonly Text[])[]): void;
  /** Names on the left, what they are on the right. */
  fields(pairs: readonly (readonly [string, Text])[]): void;
  /** To standard output: one JSON document, indented. */
  document(value: unknown): void;
  /** To standard output: one JSON document on one line. */
  jsonLine(value: unknown): void;
  /** To standard error: what is neither answer nor result. */
  note(...parts: Text[]): void;
  /** To standard output, as they are; resolves when it takes more. */
  bytes(chunk: Uint8Array): Promise<void>;
  /** To standard error where that is a terminal: one line that the next one takes the place of. */
  progress(text: string): void;
}

const toneCodes: Readonly<Record<Tone, string>> = {
  strong: '1',
  dim: '2',
  good: '32',
  bad: '31',
  warning: '33',
};

const GAP = '  ';

export function createOutput(stdout: Sink, stderr: Sink, env: NodeJS.ProcessEnv): Output {
  const painter = (sink: Sink) => (isColoured(sink, env) ? paint : plain);
  const out = painter(stdout);
  const err = painter(stderr);
  const line = (...parts: Text[]) => {
    stdout.write(`${parts.map(out).join('')}\n`);
  };

  function table(headings: readonly string[], rows: readonly (readonly Text[])[]): void {
    const titles = headings.map((text): Text => ({ tone: 'dim', text }));
    const all = [titles, ...rows];
    const widths = headings.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))));
    for (const row of all) line(...aligned(row, widths));
  }

  function fields(pairs: readonly (readonly [string, Text])[]): void {
    const width = Math.max(0, ...pairs.map(([name]) => widthOf(name)));
    for (const [name, text] of pairs) {
      line({ tone: 'dim', text: name.padEnd(width) }, GAP, text);
    }
  }

  return {
    line,
    table,
    fields,
    document: (value) => void stdout.write(`${jsonText(value, 2)}\n`),
    jsonLine: (value) => void stdout.write(`${jsonText(value)}\n`),
    note: (...parts) => void stderr.write(`${parts.map(err).join('')}\n`),
    bytes: async (chunk) => {
      if (stdout.write(chunk) === false && stdout.once) {
        await new Promise<void>((resolve) => stdout.once!('drain', resolve));
      }
    },
    progress: (text) => {
      if (stderr.isTTY) stderr.write(`\r\u001b[K${plain(text)}`);
    },
  };
}

/** https://no-color.org: present and not empty, whatever it says. */
function isColoured(sink: Sink, env: NodeJS.ProcessEnv): boolean {
  return sink.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

function plain(part: Text): string {
  return printable(typeof part === 'string' ? part : part.text);
}

function paint(part: Text): string {
  return typeof part === 'string'
    ? printable(part)
    : `\u001b[${toneCodes[part.tone]}m${printable(part.text)}\u001b[0m`;
}

function aligned(row: readonly Text[], widths: readonly number[]): Text[] {
  return widths.flatMap((width, column): Text[] => {
    const cell = row[column] ?? '';
    if (column === widths.length - 1) return [cell];
    return [cell, `${' '.repeat(width - widthOf(cell))}${GAP}`];
  });
}

// --- what a terminal does with text -----------------------------------------------------------------------------

/** Control characters, and those that turn the direction of writing: shown as their code, never sent. */
const steering = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

function printable(text: string): string {
  return text.replace(steering, escaped);
}

function escaped(character: string): string {
  return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
}

/** JSON escapes the controls of ASCII itself; what is left would still steer a terminal, and means the same escaped. */
function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    escaped,
  );
}

/** Ranges that terminals draw two columns wide (Unicode East Asian Width W and F, emoji). */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1f64f}]|[\u{1f900}-\u{1f9ff}]|[\u{20000}-\u{3fffd}]/u;

function widthOf(part: Text): number {
  const text = plain(part);
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of text) {
    if (/[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) continue;
    columns += wide.test(character) ? 2 : 1;
  }
  return columns;
}
