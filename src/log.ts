// The log of the process: JSON lines, or short readable ones where a person watches. Owns what must never stand in it.

import pino, { type Logger } from 'pino';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogOptions {
  level?: LogLevel;
  /** Where the lines go; standard error when left out. */
  destination?: { write(line: string): void };
  /** Readable lines instead of JSON; when left out, where standard error is a terminal. */
  pretty?: boolean;
}

export function createLogger({ level = 'info', destination, pretty }: LogOptions = {}): Logger {
  const lines = destination ?? pino.destination({ fd: 2, sync: true });
  const readable = pretty ?? (destination === undefined && process.stderr.isTTY === true);
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (error: Error) => shownError(error) },
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => masked(fields) as Record<string, unknown>,
      },
    },
    readable ? { write: (line: string) => lines.write(readableLine(line)) } : lines,
  );
  // pino's formatters pass over what a child logger is given; children inherit this from their parent.
  const { child } = log;
  log.child = function (this: Logger, bindings: object, options?: object) {
    return child.call(this, masked(bindings) as object, options);
  } as Logger['child'];
  return log;
}

/** What libraries hang on their errors (connections, rows, parameters) is for nobody's log. */
function shownError(error: Error): unknown {
  const { type, message, stack } = pino.stdSerializers.err(error);
  const { code } = error as { code?: unknown };
  return masked({ type, message, stack, ...(code === undefined ? {} : { code }) });
}

const SECRET_NAME = /(authorization|cookie|token|secret|password|api[-_]?key|secret[-_]?key)s?$/i;
const MASK = '[hidden]';
/** Levels of a logged object that are shown; what lies deeper is left out, so that nothing hides there. */
const SHOWN_LEVELS = 6;

/** A copy in which fields named like a secret hold a mask. Errors and the like are left to pino's serialisers. */
function masked(value: unknown, level = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (level >= SHOWN_LEVELS) return '[deeper]';
  if (Array.isArray(value)) return value.map((each) => masked(each, level + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      const isText = typeof each === 'string' || (typeof each === 'object' && each !== null);
      return [name, isText && SECRET_NAME.test(name) ? MASK : masked(each, level + 1)];
    }),
  );
}

/** `12:03:04 warn what happened name=value ...`, with the stack of an error below. */
function readableLine(line: string): string {
  const { time, level, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? String(err.stack) : null;
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const words = [String(time).slice(11, 19), String(level), String(msg ?? ''), ...rest];
  return `${printable(words.join(' '))}\n${stack ? `${stack.split('\n').map(printable).join('\n')}\n` : ''}`;
}

/** Names come from outside: a control character in one must not move the cursor of whoever watches. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}
