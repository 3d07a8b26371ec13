// run.mjs <name> [arguments]: builds what is stale, then runs dist/<name>.js in this same process, so that signals
// reach it and its exit code is ours.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const [node, , name, ...rest] = process.argv;
const program = new URL(`../dist/${name}.js`, import.meta.url);

try {
  await build();
  if (!name || !existsSync(program))
    throw new Error(`There is no program ${name ?? ''}: see "entries" in scripts/build.mjs.`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
process.argv = [node, fileURLToPath(program), ...rest];
process.setSourceMapsEnabled(true);
await import(program.href);
