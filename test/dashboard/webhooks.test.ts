// Webhooks in a browser, with a real receiver: made with its secret shown once, tested, failing, sent again, rotated, paused, sent
// from a place once more, removed. One story: each test goes on where the one before it stopped.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WebhookJson } from '../../src/edge/admin/contract.ts';
import { isSignedBy, type Receiver, startReceiver } from '../outbox/receiver.ts';
import { axe } from './axe.ts';
import { browser, type DashboardWorld, saysTitle, startDashboard } from './world.ts';

const PATH = '/governance/webhooks';
const WAIT = { timeout: 20_000 };
/** The pages may have to be built first. */
const BUILD_MS = 90_000;

let world: DashboardWorld;
let receiver: Receiver;
let secret = '';
let id = '';

beforeAll(async () => {
  world = await startDashboard();
  // Signatures are judged by the clock of the receiver, and what is sent again is asked for by that of the page.
  world.pass(Date.now() - world.now());
  receiver = await startReceiver();
}, BUILD_MS);
afterEach(() => browser?.closeWindows());
afterAll(async () => {
  await browser?.close();
  await world?.stop();
  await receiver?.close();
});

const push = (userName: string) =>
  world.scim.post('/Users', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName });
const stored = async () => (await world.api<WebhookJson>('GET', `/api/webhooks/${id}`)).body;

describe.skipIf(!browser)('webhooks', () => {
  it('are made with the events that were chosen, and the secret is shown once', async () => {
    const { page, expectProblem } = await world.asAdmin(PATH);
    expectProblem(/400/);
    await page.getByText('Nobody is told so far').waitFor(WAIT);
    await page.getByText("import { Webhook } from 'standardwebhooks'").waitFor();
    await page.getByRole('button', { name: 'Add a webhook' }).click();
    const form = page.getByRole('dialog', { name: 'Add a webhook' });
    await form.getByLabel('Name').fill('crm');
    await form.getByLabel('Address').fill('crm');
    await form.getByRole('radio', { name: 'Some of them' }).check();
    await form.getByRole('checkbox', { name: /^People/ }).check();
    await form.getByRole('button', { name: 'Make the webhook' }).click();
    await form.getByText(/^Is no address/).waitFor(WAIT);
    await form.getByLabel('Address').fill(receiver.url);
    await form.getByRole('button', { name: 'Make the webhook' }).click();
    const shown = page.getByRole('dialog', { name: 'The secret of crm' });
    secret = await shown.getByLabel('Signing secret', { exact: true }).inputValue(WAIT);
    await page.keyboard.press('Escape');
    expect(await shown.getByRole('button', { name: 'Done' }).isDisabled()).toBe(true);
    await shown.getByLabel('I have stored it').check();
    await shown.getByRole('button', { name: 'Done' }).click();
    await saysTitle(page, 'crm');
    id = new URL(page.url()).pathname.split('/').at(-1)!;
    expect(await stored()).toMatchObject({ name: 'crm', types: ['user.*'], state: 'active' });
  });

  it('are tested, and say what came back', async () => {
    const { page } = await world.asAdmin(`${PATH}/${id}`);
    await page.getByRole('button', { name: 'Send a test event' }).click();
    const test = page.getByRole('region', { name: 'Test' });
    await test.getByText('Delivered').waitFor(WAIT);
    expect(receiver.got.map((got) => isSignedBy(secret, got))).toEqual([true]);
    await page.getByRole('region', { name: 'Deliveries' }).getByText('webhook.test').waitFor(WAIT);
    expect(await axe(page)).toEqual([]);
  });

  it('show what was delivered, and send one of it again', async () => {
    await push('ada@contoso.com');
    await receiver.until((got) => got.length === 2);
    const { page } = await world.asAdmin(`${PATH}/${id}`);
    const deliveries = page.getByRole('region', { name: 'Deliveries' });
    await deliveries.getByRole('button', { name: 'Send user.created again' }).click(WAIT);
    await deliveries.getByText('sent again').waitFor(WAIT);
    const [, first, again] = receiver.got;
    expect(again!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
  });

  it('are rotated, and both secrets sign for so long', async () => {
    const { page } = await world.asAdmin(`${PATH}/${id}`);
    await page.getByRole('button', { name: 'Rotate secret' }).click();
    await page.getByRole('button', { name: 'Make the new secret' }).click();
    const shown = page.getByRole('dialog', { name: 'The secret of crm' });
    const newer = await shown.getByLabel('Signing secret', { exact: true }).inputValue(WAIT);
    await shown.getByText('The former secret signs as well').waitFor();
    await shown.getByLabel('I have stored it').check();
    await shown.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Send a test event' }).click();
    await page.getByRole('region', { name: 'Test' }).getByText('Delivered').waitFor(WAIT);
    const last = receiver.got.at(-1)!;
    expect([isSignedBy(secret, last), isSignedBy(newer, last)]).toEqual([true, true]);
  });

  it('wait while they are paused, and go on from a place once more', async () => {
    const { page } = await world.asAdmin(`${PATH}/${id}`);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Nothing is sent', { exact: true }).waitFor(WAIT);
    expect(await stored()).toMatchObject({ state: 'paused', pauseReason: 'person' });
    await page.goto(`${world.server.url}/governance/user-provisioning`);
    const notices = page.getByRole('region', { name: 'To know and to do' });
    await notices.getByRole('link', { name: /^Go there: .*crm is paused/ }).click(WAIT);
    await saysTitle(page, 'crm');
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor(WAIT);
    const before = receiver.got.length;
    await page.getByRole('button', { name: 'Replay' }).click();
    const asked = page.getByRole('dialog', { name: 'Replay for crm' });
    await asked.getByText(/^Of \d+ events since then/).waitFor(WAIT);
    await asked.getByRole('button', { name: 'Replay' }).click();
    await page.getByText('crm goes on from there.').waitFor(WAIT);
    await receiver.until((got) => got.length > before);
    expect(receiver.got.at(before)!.message.type).toBe('user.created');
  });

  it('are removed by their name', async () => {
    const { page } = await world.asAdmin(`${PATH}/${id}`);
    await page.getByRole('button', { name: 'Remove' }).click();
    const asked = page.getByRole('dialog', { name: 'Remove crm?' });
    await asked.getByLabel('Type crm to go on').fill('crm');
    await asked.getByRole('button', { name: 'Remove' }).click();
    await saysTitle(page, 'Webhooks');
    await page.getByText('Nobody is told so far').waitFor(WAIT);
  });
});
