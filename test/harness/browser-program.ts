// The browser that tests drive: the machine's own where it has one, else the one that npm brings, unpacked once into a folder
// that all runs share. Owns which program that is and what it needs around it; driving it is browser.ts.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { lstat, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface BrowserProgram {
  path: string;
  /** What it must find in its environment beside what is there. */
  env: Readonly<Record<string, string>>;
}

const SYSTEM_PROGRAMS = [
  '/usr/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
const UNPACK_LIMIT_MS = 120_000;
/** Older than this, a folder half unpacked is one that somebody gave up. */
const ABANDONED_MS = 600_000;
const root = fileURLToPath(new URL('../..', import.meta.url));

/** null where this machine has none and npm has none for it; on Linux with x64 there always is one. */
export async function browserProgram(): Promise<BrowserProgram | null> {
  const wanted = process.env.BIFROST_BROWSER?.trim();
  const path = wanted || SYSTEM_PROGRAMS.find((each) => existsSync(each));
  if (path) return { path, env: {} };
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const folder = await unpacked();
  const env = { LD_LIBRARY_PATH: join(folder, 'al2023/lib'), FONTCONFIG_PATH: join(folder, 'fonts') };
  return { path: join(folder, 'chromium'), env };
}

async function unpacked(): Promise<string> {
  const folder = join(tmpdir(), `bifrost-chromium-${await installedVersion()}-${process.getuid?.() ?? 0}`);
  if (await isComplete(folder)) return folder;
  await removeAbandoned(folder);
  const partial = await mkdtemp(`${folder}.partial-`);
  try {
    await unpackInto(partial);
    await writeFile(join(partial, 'fonts/fonts.conf'), fontsIn(join(folder, 'fonts')));
    await writeFile(join(partial, 'complete'), '');
    // A rename is whole or nothing: of two runs at once the second finds the folder of the first, which is as good.
    if (!(await isComplete(folder))) {
      await rm(folder, { recursive: true, force: true });
      await rename(partial, folder);
    }
  } catch (error) {
    if (!(await isComplete(folder))) throw error;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return folder;
}

async function installedVersion(): Promise<string> {
  const [entry] = createRequire(import.meta.url)
    .resolve.paths('@sparticuz/chromium')!
    .flatMap((modules) => {
      const file = join(modules, '@sparticuz/chromium/package.json');
      return existsSync(file) ? [file] : [];
    });
  if (!entry) throw new Error('npm has brought no browser. Run `npm ci`, or set BIFROST_BROWSER to one.');
  return (JSON.parse(await readFile(entry, 'utf8')) as { version: string }).version;
}

/**
 * The package unpacks into the folder for temporary files, and its libraries only where it believes to run on AWS: both are
 * told to a process of their own, so that nothing else here believes it too.
 */
async function unpackInto(folder: string): Promise<void> {
  const program = `import chromium from '@sparticuz/chromium'; await chromium.executablePath();`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    timeout: UNPACK_LIMIT_MS,
    env: { PATH: process.env.PATH, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
  });
}

/** The package's own looks for its fonts under /tmp. With no others, pages look the same on every machine. */
function fontsIn(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}</dir><cachedir>${join(folder, 'cache')}</cachedir></fontconfig>
`;
}

/** What cleans /tmp takes single files out of old folders: each must be there. */
async function isComplete(folder: string): Promise<boolean> {
  const about = await lstat(folder).catch(() => null);
  if (!about) return false;
  // Anybody may make a folder of this name under /tmp; what is in it would run with our rights.
  if (!about.isDirectory() || about.uid !== process.getuid?.() || about.mode & 0o022) {
    throw new Error(`${folder} is not ours alone: remove it, or set TMPDIR to another folder.`);
  }
  const wanted = ['chromium', 'al2023/lib/libnss3.so', 'fonts/fonts.conf', 'libGLESv2.so', 'complete'];
  return wanted.every((path) => existsSync(join(folder, path)));
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(dirname(folder))) {
    if (!name.startsWith(`${basename(folder)}.partial-`)) continue;
    const path = join(dirname(folder), name);
    const about = await lstat(path).catch(() => null);
    if (about && Date.now() - about.mtimeMs > ABANDONED_MS) await rm(path, { recursive: true, force: true });
  }
}
