// Tar as evidence packs need it (POSIX.1-1988 ustar): plain files with short names. Written with the size known before the
// content; read entry by entry as the bytes come, whatever they are: nothing is ever unpacked.

const BLOCK_BYTES = 512;
const EMPTY = Buffer.alloc(0);

/** Where the fields of a header stand. */
const at = {
  name: [0, 100],
  mode: [100, 8],
  owner: [108, 8],
  group: [116, 8],
  size: [124, 12],
  time: [136, 12],
  checksum: [148, 8],
  kind: [156, 1],
  magic: [257, 6],
  version: [263, 2],
  prefix: [345, 155],
} as const satisfies Record<string, readonly [number, number]>;

/** What stands before the content of a file. `timeMs` is what an unpacked one is said to be from. */
export function entryHead(name: string, bytes: number, timeMs: number): Buffer {
  const head = Buffer.alloc(BLOCK_BYTES);
  const put = ([from, length]: readonly [number, number], text: string) =>
    head.write(text.slice(0, length), from, 'latin1');
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  put(at.name, name);
  put(at.mode, octal(0o644, 7));
  put(at.owner, octal(0, 7));
  put(at.group, octal(0, 7));
  put(at.size, octal(bytes, 11));
  put(at.time, octal(Math.floor(timeMs / 1000), 11));
  put(at.kind, '0');
  put(at.magic, 'ustar\0');
  put(at.version, '00');
  put(at.checksum, `${octal(sumOf(head), 6)} `);
  return head;
}

/** What stands behind it. */
export function entryTail(bytes: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES);
}

export const tarEnd: Buffer = Buffer.alloc(2 * BLOCK_BYTES);

/** The sum of a header, in which the field of the sum itself counts as spaces. */
function sumOf(head: Buffer): number {
  const [from, length] = at.checksum;
  let sum = length * 0x20;
  for (let n = 0; n < BLOCK_BYTES; n++) if (n < from || n >= from + length) sum += head[n]!;
  return sum;
}

// --- reading ----------------------------------------------------------------------------------------------------

export interface TarEntry {
  /** As it stands there: it may say anything. */
  readonly name: string;
  readonly bytes: number;
  /** Neither a folder nor a link nor one of the extensions of the format. */
  readonly isPlainFile: boolean;
  /** What is not read of it is passed over. */
  readonly content: AsyncIterable<Buffer>;
}

/** The bytes are no whole tar; the message says where and why. */
export class BrokenTar extends Error {}

export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const input = inputOf(source);
  for (;;) {
    const start = input.position();
    const head = await input.exactly(BLOCK_BYTES);
    if (isZero(head)) {
      if (!isZero(await input.exactly(BLOCK_BYTES))) throw new BrokenTar(`It has a hole at byte ${start}.`);
      await refuseMore(input);
      return;
    }
    const entry = readHead(head, start);
    const content = input.next(entry.bytes);
    yield { ...entry, content };
    for await (const _ of content);
    await input.exactly(entryTail(entry.bytes).length);
  }
}

function readHead(head: Buffer, start: number): Omit<TarEntry, 'content'> {
  const text = ([from, length]: readonly [number, number]) => {
    const field = head.subarray(from, from + length);
    const end = field.indexOf(0);
    return (end < 0 ? field : field.subarray(0, end)).toString('utf8');
  };
  const number = (field: readonly [number, number]) => {
    const digits = text(field).trim();
    return /^[0-7]{1,12}$/.test(digits) ? Number.parseInt(digits, 8) : null;
  };
  const bytes = number(at.size);
  if (number(at.checksum) !== sumOf(head) || bytes === null) {
    throw new BrokenTar(
      start === 0 ? 'It is no tar file.' : `What stands at byte ${start} is no entry of a tar file.`,
    );
  }
  const [prefix, name, kind] = [text(at.prefix), text(at.name), text(at.kind)];
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    bytes,
    isPlainFile: kind === '0' || kind === '',
  };
}

/** Programs fill up what they write with zeros; anything else was hung on behind. */
async function refuseMore(input: Input): Promise<void> {
  for await (const chunk of input.rest()) {
    if (!isZero(chunk)) throw new BrokenTar('Something stands behind its end.');
  }
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

interface Input {
  position(): number;
  /** @throws BrokenTar where it ends before. */
  exactly(bytes: number): Promise<Buffer>;
  /** The same as it comes; asked once more it goes on. */
  next(bytes: number): AsyncIterable<Buffer>;
  rest(): AsyncIterable<Buffer>;
}

function inputOf(source: AsyncIterable<Uint8Array>): Input {
  const chunks = source[Symbol.asyncIterator]();
  let waiting: Buffer = EMPTY;
  let position = 0;

  /** Some bytes, at most so many; null at the end. */
  async function some(most: number): Promise<Buffer | null> {
    while (waiting.length === 0) {
      const { done, value } = await chunks.next();
      if (done) return null;
      waiting = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    const taken = waiting.subarray(0, most);
    waiting = waiting.subarray(taken.length);
    position += taken.length;
    return taken;
  }

  function next(bytes: number): AsyncIterable<Buffer> {
    let left = bytes;
    return (async function* () {
      while (left > 0) {
        const chunk = await some(left);
        if (!chunk) throw new BrokenTar(`It was cut off behind byte ${position}.`);
        left -= chunk.length;
        yield chunk;
      }
    })();
  }

  return {
    position: () => position,
    next,
    async exactly(bytes) {
      const parts: Buffer[] = [];
      for await (const chunk of next(bytes)) parts.push(chunk);
      return Buffer.concat(parts);
    },
    async *rest() {
      for (let chunk = await some(BLOCK_BYTES); chunk; chunk = await some(BLOCK_BYTES)) yield chunk;
    },
  };
}
