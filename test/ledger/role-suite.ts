// Roles: made, changed and removed with their events; when people are resolved anew; what a new version gives.

import { describe, expect, it } from 'vitest';
import type { RoleWords } from '../../src/ledger/ledger.ts';
import { eachWithLedger, type Open } from './opened.ts';
import { accessOf, adminsRule, applyRules, by, PROVIDER, rule, sweepAll } from './scribe.ts';

const helpdesk: RoleWords = {
  id: 'r1',
  name: 'Helpdesk',
  description: 'First line',
  system: false,
  permissions: ['a:read', 'b:read'],
};

const helpers = rule({ kind: 'role', attribute: 'title', value: 'helper', target: 'Helpdesk' });

export function roleSuite(open: Open): void {
  const desk = eachWithLedger(open);
  const role = async (id: string) => (await desk.ledger.roles()).find((each) => each.id === id);
  /** Types and data of what `act` told. */
  const told = async (act: () => Promise<unknown>) => {
    const after = await desk.ledger.lastPosition();
    await act();
    const events = await desk.ledger.events({ after, limit: 100 });
    return events.map(({ type, subject, data }) => [type, subject.id, data]);
  };
  const rulesetNumber = async () => (await desk.ledger.provider(PROVIDER))!.ruleset.number;

  describe('saving', () => {
    it('makes one and changes it, each with before and after; it comes back as it was saved', async () => {
      const { id, system: _, ...words } = helpdesk;
      const made = await told(async () => expect(await desk.ledger.saveRole(helpdesk, 0, by())).toBe(1));
      expect(made).toEqual([['role.created', id, { after: words }]]);
      const changed = { ...helpdesk, name: 'Service desk', permissions: ['a:read'] };
      expect(await told(async () => expect(await desk.ledger.saveRole(changed, 1, by())).toBe(2))).toEqual([
        [
          'role.updated',
          id,
          {
            name: 'Service desk',
            before: { name: 'Helpdesk', permissions: ['a:read', 'b:read'] },
            after: { name: 'Service desk', permissions: ['a:read'] },
          },
        ],
      ]);
      await desk.reopen();
      expect(await role(id)).toEqual({ ...changed, permissionCount: 1, revision: 2 });
    });

    it('refuses another revision than the one there, and a name that another has in any letter case', async () => {
      await desk.ledger.saveRole(helpdesk, 0, by());
      for (const expected of [0, 2]) {
        await expect(desk.ledger.saveRole(helpdesk, expected, by())).rejects.toMatchObject({
          reason: 'stale',
        });
      }
      const namesake = { ...helpdesk, id: 'r2', name: 'HELPDESK' };
      await expect(desk.ledger.saveRole(namesake, 0, by())).rejects.toMatchObject({ reason: 'conflict' });
      await expect(desk.ledger.saveRole({ ...helpdesk, id: 'r3' }, 1, by())).rejects.toMatchObject({
        reason: 'notFound',
      });
      expect(await desk.ledger.roles()).toHaveLength(4);
    });

    it('refuses another name while rules give it by the former, and nothing else', async () => {
      await desk.ledger.saveRole(helpdesk, 0, by());
      await applyRules(desk.ledger, [helpers]);
      const refused = await desk.ledger
        .saveRole({ ...helpdesk, name: 'Desk' }, 1, by())
        .catch((error) => error);
      expect(refused).toMatchObject({
        reason: 'conflict',
        facts: { providers: [{ id: PROVIDER, name: PROVIDER }] },
      });
      await desk.ledger.saveRole({ ...helpdesk, description: 'Second line' }, 1, by());
      await applyRules(desk.ledger, []);
      await desk.ledger.saveRole({ ...helpdesk, name: 'Desk' }, 2, by());
      expect(await role('r1')).toMatchObject({ name: 'Desk', revision: 3 });
    });
  });

  describe('who wins', () => {
    const both = [adminsRule, helpers];
    const amara = () =>
      desk.write.createUser({ userName: 'amara', title: 'helper', roles: [{ value: 'admin' }] });

    it('is decided anew with the change, and stored when the job has been there', async () => {
      await desk.ledger.saveRole(helpdesk, 0, by());
      await applyRules(desk.ledger, both);
      const { id } = await amara();
      expect(await accessOf(desk.ledger, id)).toMatchObject({ role: 'admin' });
      const more = { ...helpdesk, permissions: ['a:read', 'b:read', 'c:read', 'd:read'] };
      const events = await told(() => desk.ledger.saveRole(more, 1, by()));
      expect(events.map(([type]) => type)).toEqual(['role.updated', 'mapping.applied']);
      await sweepAll(desk.ledger);
      expect(await accessOf(desk.ledger, id)).toMatchObject({ role: 'r1' });
      expect(await desk.problems()).toEqual([]);
    });

    it('stays where the number stays, where no rule gives the role, and with first-match', async () => {
      await desk.ledger.saveRole(helpdesk, 0, by());
      await amara();
      const before = await rulesetNumber();
      await desk.ledger.saveRole({ ...helpdesk, permissions: ['c:read'] }, 1, by());
      await applyRules(desk.ledger, both);
      await desk.ledger.saveRole({ ...helpdesk, permissions: ['d:read'] }, 2, by());
      const first = { provider: PROVIDER, strategy: 'first-match' as const, rules: both, scimAttributes: {} };
      await desk.ledger.applyRuleset(first, by());
      await desk.ledger.saveRole(helpdesk, 3, by());
      expect(await rulesetNumber()).toBe(before + 2);
    });

    it('is decided anew also where only a sticky rule left the role with somebody', async () => {
      await desk.ledger.saveRole(helpdesk, 0, by());
      await applyRules(desk.ledger, [{ ...helpers, sticky: true }]);
      const { id } = await amara();
      await applyRules(desk.ledger, [adminsRule]);
      await sweepAll(desk.ledger);
      expect(await accessOf(desk.ledger, id)).toMatchObject({ role: 'admin' });
      const permissions = ['a:read', 'b:read', 'c:read', 'd:read'];
      await desk.ledger.saveRole({ ...helpdesk, permissions }, 1, by());
      await sweepAll(desk.ledger);
      expect(await accessOf(desk.ledger, id)).toMatchObject({ role: 'r1' });
      expect(await desk.problems()).toEqual([]);
    });
  });

  describe('removing', () => {
    it('is done with an event; a second time there is nothing', async () => {
      await desk.ledger.saveRole(helpdesk, 0, by());
      const { id, system: _, ...before } = helpdesk;
      expect(await told(() => desk.ledger.removeRole(id, 1, by()))).toEqual([
        ['role.removed', id, { before }],
      ]);
      expect(await role(id)).toBeUndefined();
      await expect(desk.ledger.removeRole(id, 1, by())).rejects.toMatchObject({ reason: 'notFound' });
    });

    it('is refused for another revision, for what comes with the product, and while rules give it', async () => {
      await desk.ledger.saveRole(helpdesk, 0, by());
      await expect(desk.ledger.removeRole('r1', 2, by())).rejects.toMatchObject({ reason: 'stale' });
      await expect(desk.ledger.removeRole('viewer', 1, by())).rejects.toMatchObject({ reason: 'conflict' });
      await applyRules(desk.ledger, [helpers]);
      await expect(desk.ledger.removeRole('r1', 1, by())).rejects.toMatchObject({
        reason: 'conflict',
        facts: { providers: [{ id: PROVIDER }] },
      });
      expect(await desk.ledger.roles()).toHaveLength(4);
    });

    it('is refused while people hold it, and says how many and who', async () => {
      await desk.ledger.saveRole(helpdesk, 0, by());
      await applyRules(desk.ledger, [helpers]);
      const { id } = await desk.write.createUser({ userName: 'amara', title: 'helper' });
      await applyRules(desk.ledger, []);
      await expect(desk.ledger.removeRole('r1', 1, by())).rejects.toMatchObject({
        reason: 'conflict',
        facts: { holders: 1, people: [id] },
      });
      await sweepAll(desk.ledger);
      await desk.ledger.removeRole('r1', 1, by());
      expect(await desk.problems()).toEqual([]);
    });
  });

  describe('what comes with the product', () => {
    const seed = (permissions: string[]) => ({ id: 'viewer', name: 'Viewer', description: '', permissions });
    const seeded = async (permissions: string[]) => {
      const events = await told(() => desk.ledger.seedRoles([seed(permissions)], by()));
      return { events: events.map(([type]) => type), role: (await role('viewer'))!.permissions };
    };

    it('is not given twice: what people took away stays away, what is new comes', async () => {
      expect(await seeded(['a:read'])).toEqual({ events: [], role: ['a:read'] });
      await desk.ledger.saveRole({ ...(await role('viewer'))!, permissions: ['z:read'] }, 1, by());
      expect(await seeded(['a:read'])).toEqual({ events: [], role: ['z:read'] });
      expect(await seeded(['a:read', 'b:read'])).toEqual({
        // The seeded rules give Viewer.
        events: ['role.updated', 'mapping.applied'],
        role: ['z:read', 'b:read'],
      });
      await desk.reopen();
      expect(await seeded(['a:read', 'b:read'])).toEqual({ events: [], role: ['z:read', 'b:read'] });
    });

    it('is not given again after an older version has started in between', async () => {
      await seeded(['a:read', 'b:read']);
      await desk.ledger.saveRole({ ...(await role('viewer'))!, permissions: ['a:read'] }, 2, by());
      await seeded(['a:read']);
      expect((await seeded(['a:read', 'b:read'])).role).toEqual(['a:read']);
    });
  });
}
