// bifrost provider verify: whether people could sign in with a provider, step by step.

import type { ProviderTrialJson } from '../../edge/admin/sign-in-contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { exit } from '../failure.ts';
import type { Output, Tone } from '../output.ts';
import { providerOperand } from './provider-list.ts';

type Check = ProviderTrialJson['checks'][number];

/** What each check is about, for people; permissions are told by their own names. */
const words: Readonly<Record<string, string>> = {
  settings: 'settings',
  discovery: 'discovery document',
  issuer: 'issuer',
  keys: 'signing keys',
  clock: 'clock',
  clientSecret: 'client secret',
  assignment: 'assignment',
  redirectUri: 'redirect URI',
  discoverRedirectUri: 'redirect URI of Discover Claims',
};

const tones = {
  ok: 'good',
  warning: 'warning',
  failed: 'bad',
  skipped: 'dim',
} as const satisfies Record<Check['state'], Tone>;

export const providerVerify: Command = {
  words: ['provider', 'verify'],
  summary: 'Try whether people could sign in with a provider',
  about:
    'Discovery, keys, clock, client secret, each permission of Microsoft Graph, assignment and redirect URIs, each with what to do where it fails. Nobody is signed in. Takes 15 seconds at most; exit code 1 when a check failed.',
  operands: [providerOperand],
  examples: [
    ['provider verify entra', 'after the app registration was changed, or when sign-in fails'],
    ['provider verify entra --json', 'for monitoring: "ok" and "checks"'],
  ],
  async run({ arguments: given, api: open }: Call) {
    const path = pathOf('providers', given.operand('provider'), 'verify');
    const trial = await (await open()).send<ProviderTrialJson>('POST', path);
    return {
      document: trial,
      exitCode: trial.ok ? exit.ok : exit.no,
      show: (output) => show(trial, output),
    };
  },
};

function show({ ok, checks }: ProviderTrialJson, output: Output): void {
  const width = Math.max(...checks.map((each) => titleOf(each).length));
  const stateWidth = 'skipped'.length;
  for (const check of checks) {
    const state = { tone: tones[check.state], text: check.state.padEnd(stateWidth) };
    output.line('  ', state, `  ${titleOf(check).padEnd(width)}  `, check.sentence);
    if (check.advice !== null && check.state !== 'ok') {
      output.line(' '.repeat(2 + stateWidth + 2 + width + 2), check.advice);
    }
  }
  output.line();
  const failed = checks.filter(({ state }) => state === 'failed').length;
  if (!ok)
    output.line({ tone: 'bad', text: failed === 1 ? 'One check failed.' : `${failed} checks failed.` });
  else output.line({ tone: 'good', text: 'People can sign in.' }, warned(checks));
}

function titleOf({ name }: Check): string {
  return words[name] ?? name.replace(/^permission:/, '');
}

function warned(checks: readonly Check[]): string {
  const count = checks.filter(({ state }) => state === 'warning').length;
  if (count === 0) return '';
  return count === 1 ? ' One warning stands above.' : ` ${count} warnings stand above.`;
}
