// run.mjs <name> [arguments]: builds what is stale, then runs dist/<name>.js in this same process, so that signals
// reach it and its exit code is ours.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const LOOK_EVERY_MS = 250;

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
endWithNpm();
await import(program.href);

/**
 * npm hands SIGTERM to the shell that stands between it and us, which ends without handing it on: whoever loses that shell was meant.
 * Sooner than a second, within which a signal that comes by both ways counts once.
 */
function endWithNpm() {
  const shell = process.ppid;
  if (process.env.npm_lifecycle_event === undefined) return;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY_MS);
  timer.unref();
}
