// Writes the files that are made from the code. With `--check` it writes nothing and fails where one is not current.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openApi } from '../src/edge/admin/openapi.ts';
import { version } from '../src/version.ts';
import { eventsPage } from './generate.events.ts';
import { metricsPage } from './generate.metrics.ts';
import { permissionsPage } from './generate.permissions.ts';
import { publishedConfigSchema } from './generate.schema.ts';

const outputs: readonly { path: string; make(): string | Promise<string> }[] = [
  { path: 'bifrost.schema.json', make: publishedConfigSchema },
  { path: 'docs/permissions.md', make: permissionsPage },
  { path: 'docs/events.md', make: eventsPage },
  { path: 'docs/metrics.md', make: metricsPage },
  { path: 'docs/openapi.json', make: () => `${JSON.stringify(openApi(version), null, 2)}\n` },
];

const root = new URL('..', import.meta.url);
const isCheck = process.argv.includes('--check');
for (const { path, make } of outputs) {
  const file = fileURLToPath(new URL(path, root));
  const text = await make();
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (isCheck) process.exitCode = 1;
  else writeFileSync(file, text);
  process.stdout.write(isCheck ? `${path} is not current: run \`npm run generate\`\n` : `${path} written\n`);
}
