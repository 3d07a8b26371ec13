// Builds what is stale: one bundle per entry into dist/, and the pages of the dashboard into dist/dashboard/. With nothing stale
// it only reads times, in a few milliseconds.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

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
  sbom: 'scripts/sbom.ts',
};
/** Pages for browsers: a folder of dist/ from its configuration of Vite. */
const pages = { dashboard: 'dashboard/vite.config.ts', portal: 'simulator/portal/vite.config.ts' };
const watched = ['src', 'simulator', 'dashboard', 'bench', 'scripts', 'package.json'];
/** Whoever hands these out takes them compressed; the portal is looked at from its own machine. */
const compressedPages = ['dashboard'];
/** Kept beside their files in both forms, so that no answer waits for its compression. */
const compressible = /\.(?:js|css|svg|html|json)$/;
/** Below this a smaller answer is no faster. */
const COMPRESSED_FROM_BYTES = 1_000;
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
    Object.keys(present).every((name) => existsSync(join(dist, `${name}.js`))) &&
    Object.keys(pages).every((name) => existsSync(join(dist, name, 'index.html')));
  if (fresh) return;
  const environment = process.env.NODE_ENV;
  const files = [await bundle(present), ...(await Promise.all(Object.entries(pages).map(pageFiles)))].flat();
  if (environment === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = environment;
  for (const file of files) place(file);
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

/** What a page is made of. The page itself comes last: whoever finds it finds what it names. */
async function pageFiles([name, config]) {
  const vite = await import('vite');
  // Vite goes by it, and whoever builds for a test has another one: React would be built for its developers.
  process.env.NODE_ENV = 'production';
  const { output } = await vite.build({ configFile: join(root, config) });
  const out = join(dist, name);
  const copied = filesBelow(join(root, dirname(config), 'public'));
  const all = [
    ...copied.map(([file, path]) => ({ path: join(out, file), contents: readFileSync(path) })),
    ...output.map((file) => ({ path: join(out, file.fileName), contents: file.code ?? file.source })),
  ];
  const isPage = ({ path }) => path.endsWith('.html');
  const assets = all.filter((file) => !isPage(file));
  const compressed = await Promise.all(compressedPages.includes(name) ? assets.map(compressedForms) : []);
  return [...assets, ...compressed.flat(), ...all.filter(isPage)];
}

/** Name below the folder, and path. */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [relative(folder, path), path]);
}

async function compressedForms({ path, contents }) {
  const bytes = Buffer.from(contents);
  if (!compressible.test(path) || bytes.length < COMPRESSED_FROM_BYTES) return [];
  const [brotli, zipped] = await Promise.all([
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
    promisify(gzip)(bytes, { level: 9 }),
  ]);
  return [
    { path: `${path}.br`, contents: brotli },
    { path: `${path}.gz`, contents: zipped },
  ];
}

/** Written beside its place and renamed, so that a process that starts meanwhile finds the old file or the new one. */
function place({ path, contents }) {
  mkdirSync(dirname(path), { recursive: true });
  const draft = join(dist, `.${basename(path)}.${process.pid}`);
  writeFileSync(draft, contents);
  if (dirname(path) === dist && path.endsWith('.js')) chmodSync(draft, 0o755);
  renameSync(draft, path);
}

/** `--fresh`, for a package: parts of pages that earlier builds left stay for servers that run from here, and are nothing to ship. */
function forgetPages() {
  for (const name of ['.stamp', ...Object.keys(pages)])
    rmSync(join(dist, name), { recursive: true, force: true });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    if (process.argv.includes('--fresh')) forgetPages();
    await build();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
