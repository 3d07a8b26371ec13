// Builds what is stale: one bundle per entry into dist/. With nothing stale it only reads times, in a few milliseconds.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const stamp = join(dist, '.stamp');

/** dist/<name>.js from its entry; an entry that does not exist is left out. */
const entries = {
  bifrost: 'src/cli/main.ts',
  simulator: 'simulator/main.ts',
  demo: 'simulator/demo.ts',
  bench: 'bench/main.ts',
  generate: 'scripts/generate.ts',
};
const watched = ['src', 'simulator', 'bench', 'scripts', 'package.json'];
/** Hundreds of small files, or CommonJS: as part of the bundle they load in a fraction of the time. */
const bundled = ['typebox', 'yaml'];

/** Newest time of change below a path; a folder's own time tells of files that were added, renamed or removed. */
function newestMs(path) {
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info?.isDirectory()) return info?.mtimeMs ?? 0;
  return readdirSync(path).reduce(
    (newest, name) => Math.max(newest, newestMs(join(path, name))),
    info.mtimeMs,
  );
}

/** Builds if need be. Throws an Error whose message is for people. */
export async function build() {
  const newest = String(Math.max(...watched.map((path) => newestMs(join(root, path)))));
  const present = Object.fromEntries(
    Object.entries(entries).filter(([, path]) => existsSync(join(root, path))),
  );
  const fresh =
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === newest &&
    Object.keys(present).every((name) => existsSync(join(dist, `${name}.js`)));
  if (fresh) return;
  mkdirSync(dist, { recursive: true });
  for (const file of await bundle(present)) place(file);
  // The time from before the build: what was saved meanwhile makes it stale again.
  place({ path: stamp, contents: newest });
}

async function bundle(present) {
  const esbuild = await import('esbuild').catch(() => {
    throw new Error(
      'dist/ is older than the source, and esbuild is not installed to build it: run `npm ci`.',
    );
  });
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const external = Object.keys({ ...dependencies, ...devDependencies }).filter(
    (name) => !bundled.includes(name),
  );
  try {
    const result = await esbuild.build({
      absWorkingDir: root,
      entryPoints: present,
      outdir: dist,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: true,
      external: external.flatMap((name) => [name, `${name}/*`]),
      banner: {
        // For `require` inside bundled CommonJS.
        js: "#!/usr/bin/env node\nimport { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
      },
      legalComments: 'inline',
      logLevel: 'silent',
      write: false,
    });
    return result.outputFiles;
  } catch (error) {
    if (!error.errors) throw error;
    const messages = await esbuild.formatMessages(error.errors, {
      kind: 'error',
      color: process.stderr.isTTY,
    });
    throw new Error(`The build failed.\n${messages.join('')}`);
  }
}

/** Written beside its place and renamed, so that a process that starts meanwhile finds the old file or the new one. */
function place({ path, contents }) {
  const draft = join(dist, `.${basename(path)}.${process.pid}`);
  writeFileSync(draft, contents);
  if (path.endsWith('.js')) chmodSync(draft, 0o755);
  renameSync(draft, path);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await build();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
