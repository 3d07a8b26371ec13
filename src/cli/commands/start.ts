// bifrost start: runs the server until it is told to end.

import type { ProviderJson } from '../../edge/admin/contract.ts';
import type { SetUpLink } from '../../edge/oidc/set-up.ts';
import type { Bifrost } from '../../main.ts';
import { apiOver, pathOf } from '../api.ts';
import { inProcessTransport, startHere } from '../bifrost-process.ts';
import type { Call, Command } from '../command.ts';
import { label } from '../credentials.ts';
import { type ExitCode, exit } from '../failure.ts';
import type { List } from '../list.ts';
import type { Output } from '../output.ts';

export const start: Command = {
  words: ['start'],
  summary: 'Run the server',
  about:
    'Serves until Ctrl-C or a polite kill; requests under way then finish first. HOST, PORT, BIFROST_DATA_DIR, BIFROST_PUBLIC_URL and BIFROST_CONFIG say where and with what. With --json the first line is {"url": ...}.',
  examples: [
    ['start', 'serves on http://127.0.0.1:8080 with its data in ./data'],
    ['start --json', 'for scripts: with PORT=0 the first line tells which port it became'],
  ],
  run: serve,
};

async function serve(call: Call): Promise<ExitCode> {
  const { output } = call;
  const stop = call.stopSignal();
  const bifrost = await startHere(call.env, true);
  const setUp = await bifrost.offerSetUp();
  if (call.json) {
    output.jsonLine({ url: bifrost.url, dataDir: bifrost.settings.dataDir });
    if (setUp) output.jsonLine({ setUpLink: setUp.url, expiresAt: new Date(setUp.expiresAt).toISOString() });
  } else {
    await welcome(bifrost, output, commandOf(call.env));
    if (setUp) showSetUp(setUp, output);
  }
  await aborted(stop);
  output.note('Stopping: requests under way may finish.');
  const ended = await withinGrace(bifrost.stop(), bifrost.settings.drainMs);
  if (ended) output.note('Stopped.');
  else output.note('Some requests did not end in time; they were cut off. What was answered is on disk.');
  return exit.ok;
}

/** How whoever started the server would call another command: in a checkout there is none named `bifrost`. */
function commandOf(env: NodeJS.ProcessEnv): string {
  return env.npm_lifecycle_event === 'start' ? 'npm run -s bifrost --' : 'bifrost';
}

async function welcome(bifrost: Bifrost, output: Output, command: string): Promise<void> {
  const api = apiOver(inProcessTransport(bifrost));
  const { items: providers } = await api.get<List<ProviderJson>>(pathOf('providers'), { limit: 500 });
  const { url, settings } = bifrost;
  output.line({ tone: 'strong', text: 'Bifrost is running.' });
  output.line();
  output.fields([
    ['Address', url],
    ['Dashboard', settings.publicUrl ?? url],
    ['Data', dataPlace(settings)],
    ['Configuration', settings.configPath ?? 'none'],
  ]);
  if (settings.development) showDevelopment(output);
  if (bifrost.closedSecrets.length > 0) showClosed(bifrost.closedSecrets, output);
  for (const provider of providers) {
    output.line();
    showEntrance(provider, output, command);
  }
  output.line();
  if (providers.length === 0) {
    output.line(
      'There is no provider yet. Add one in the dashboard, or in another terminal, in this folder:',
    );
    output.line(`  ${command} provider add --name entra --kind entra --tenant-id <id> --client-id <id>`);
    output.line(`  ${command} provider set-secret entra     # then: provider verify entra`);
    output.line(`  ${command} provider enable-scim entra`);
  } else output.line(`"${command} tail" in another terminal shows what arrives. Ctrl-C stops.`);
}

/** Only here: neither a log nor the address of a request ever has it. */
function showSetUp({ url }: SetUpLink, output: Output): void {
  output.line();
  output.line(
    { tone: 'strong', text: 'Set up the first administrator' },
    ' within the hour; the link works once:',
  );
  output.line(`  ${url}`);
}

function showDevelopment(output: Output): void {
  output.line();
  output.line({ tone: 'warning', text: 'Warning: BIFROST_DEVELOPMENT=1 is set.' });
  output.line(
    'Identity providers may be on this machine and by plain http, so anybody here could sign anybody in.',
  );
  output.line('For trying out and for tests; never where real people sign in.');
}

function showClosed(closed: readonly string[], output: Output): void {
  output.line();
  for (const said of closed) output.line({ tone: 'warning', text: `Warning: ${said}` });
  output.line('SCIM goes on without; the right key must be set before anything else works (docs/keys.md).');
}

/** Where it is kept, without a password. */
function dataPlace({ databaseUrl, dataDir }: Bifrost['settings']): string {
  if (databaseUrl === null) return dataDir;
  const { host, pathname } = new URL(databaseUrl);
  return `PostgreSQL, ${pathname.slice(1) || 'the default database'} on ${host || 'the local socket'}`;
}

function showEntrance(provider: ProviderJson, output: Output, command: string): void {
  output.line({ tone: 'strong', text: provider.name }, ` (${provider.kind})`);
  if (!provider.enabled) output.line('  disabled: its requests are refused');
  else if (!provider.scim.enabled) {
    output.line(`  SCIM is off. Turn it on: ${command} provider enable-scim ${provider.id}`);
  } else {
    const endpoint = label('SCIM Endpoint URL', provider.kind, 'Tenant URL');
    const token = label('Provisioning Token', provider.kind, 'Secret Token');
    output.line(`  ${endpoint.padEnd(token.length)}  ${provider.scim.endpoint}`);
    output.line(`  ${token}  not shown; a new one:`);
    output.line(`      ${command} token rotate ${provider.id}`);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** False when it took too long: whoever stops a server waits for it. */
async function withinGrace(stopping: Promise<void>, drainMs: number): Promise<boolean> {
  const { limits } = await import('../../limits.ts');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), drainMs + limits.shutdownGraceMs);
  });
  const ended = await Promise.race([stopping.then(() => true as const), late]);
  clearTimeout(timer);
  return ended;
}
