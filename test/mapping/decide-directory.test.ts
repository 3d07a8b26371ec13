// One person of the directory beside the user here: each kind of difference, what healing makes of it, that healed once nothing
// is left, and that what was not read takes nothing from anybody.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DirectoryPerson } from '../../src/identity/directory.ts';
import type { User } from '../../src/identity/user.ts';
import { settleSuspension, suspendByAdmin } from '../../src/identity/user.ts';
import { type DecisionContext, decideUserSettled, type LoadedUser } from '../../src/mapping/decide.ts';
import { comparePerson, type Dealing, type SeenHere } from '../../src/mapping/decide-directory.ts';
import { rowTold } from '../../src/mapping/directory-facts.ts';
import { createFromDirectory, healPerson } from '../../src/mapping/heal-directory.ts';
import { resolve } from '../../src/mapping/resolve.ts';
import { BIN, ENTERPRISE, facts, patch, person, replace } from '../identity/person.ts';
import { compiled, roles, rule, stateWith } from './ruleset.ts';

const OID = '8f14e45f-ceea-467f-a8d2-0c5b3ddf1c11';
const GROUP = 'aaaaaaaa-0000-4000-8000-000000000001';
const OTHER = 'aaaaaaaa-0000-4000-8000-000000000002';
const orion = { id: 'g1', displayName: 'Orion', revision: 1 };
const rules = [
  rule('role', 'roles', 'admin', 'Admin'),
  rule('role', 'department', '*', 'Viewer'),
  rule('team', 'groups', '*', '*'),
];

function context(words = {}): DecisionContext {
  const actor = { kind: 'system' as const, id: 'reconciliation' };
  return { state: stateWith(compiled(rules, words)), at: 9_000, actor, cause: null };
}

function dealing(
  words: Partial<Omit<Dealing, 'known'>> & { known?: Partial<Dealing['known']> } = {},
): Dealing {
  const { known, ...others } = words;
  return {
    heals: true,
    suspendsUnassigned: true,
    ...others,
    known: {
      channel: 'reconciliation',
      groups: new Map([[GROUP, { displayName: 'Orion', isWhole: true, here: orion }]]),
      groupsByName: new Map([['Orion', GROUP]]),
      roles: new Set(['admin', 'reader']),
      rolesAreWhole: true,
      ...known,
    },
  };
}

function there(
  words: Partial<Omit<SeenHere, 'person'>> & { person?: Partial<DirectoryPerson> } = {},
): SeenHere {
  const { person: about, ...others } = words;
  return {
    groups: [],
    roles: [],
    isGroupsWhole: false,
    assigned: true,
    ...others,
    person: { id: OID, userName: 'amara.osei@kitehaus.example', enabled: true, attributes: {}, ...about },
  };
}

function loadedAs(user: User, groups: { id: string; displayName: string }[] = [], words = {}): LoadedUser {
  const { state } = context(words);
  const access = resolve({ user, groups, ruleset: state.ruleset, roles, standing: [] });
  const grants = access.grants.map(({ target, reasonKey, reason }) => ({
    kind: target.kind,
    target: target.id,
    reasonKey,
    reason,
    since: 1,
  }));
  return { user, role: access.role?.id ?? null, ruleset: 1, groups, grants, standing: [] };
}

const provisioned = () => person({ externalId: OID });
const names = (compared: ReturnType<typeof comparePerson>) =>
  compared.found.map(({ category, about, takes, action }) => [category, about, takes, action?.does ?? null]);

describe('whether somebody may come in', () => {
  it('says nothing where both sides agree', () => {
    expect(comparePerson(context(), loadedAs(provisioned()), there(), dealing())).toEqual({
      found: [],
      changes: null,
    });
  });

  it('is a difference when the account is disabled there, and healed by a suspension', () => {
    const loaded = loadedAs(provisioned());
    const seen = there({ person: { enabled: false } });
    expect(names(comparePerson(context(), loaded, seen, dealing()))).toEqual([
      ['disabled-there', '', true, 'suspend'],
    ]);
    const changes = healPerson(context(), loaded, { suspended: true });
    expect(changes?.events).toEqual([
      { type: 'user.suspended', subject: { kind: 'user', id: 'u1' }, data: { reason: 'directory' } },
    ]);
    expect(changes?.lost).toEqual([]);
  });

  it('is no difference where the account could not be read', () => {
    const seen = there({ person: { enabled: null, userName: null }, assigned: false });
    expect(comparePerson(context(), loadedAs(provisioned()), seen, dealing()).found).toEqual([]);
  });

  it.each([
    [true, true, 'suspend'],
    [false, false, null],
  ] as const)(
    'for somebody who is not assigned: with assignment required %s it takes %s',
    (suspendsUnassigned, takes, does) => {
      const seen = there({ assigned: false });
      const compared = comparePerson(
        context(),
        loadedAs(provisioned()),
        seen,
        dealing({ suspendsUnassigned }),
      );
      expect(names(compared)).toEqual([['unassigned', '', takes, does]]);
    },
  );

  it('lifts what the directory had suspended, and nothing that SCIM or people said', () => {
    const user = settleSuspension(provisioned(), 'directory', true, 5_000).after;
    expect(names(comparePerson(context(), loadedAs(user), there(), dealing()))).toEqual([
      ['enabled-there', '', false, 'lift'],
    ]);
    const bySCIM = patch(provisioned(), [replace('active', false)]).after;
    expect(names(comparePerson(context(), loadedAs(bySCIM), there(), dealing()))).toEqual([
      ['enabled-there', '', false, null],
    ]);
    const byAdmin = suspendByAdmin(provisioned(), true, 5_000).after;
    expect(comparePerson(context(), loadedAs(byAdmin), there(), dealing()).found).toEqual([]);
  });

  it('leaves alone whoever is suspended already', () => {
    const user = patch(provisioned(), [replace('active', false)]).after;
    const seen = there({ person: { enabled: false }, assigned: false });
    expect(comparePerson(context(), loadedAs(user), seen, dealing()).found).toEqual([]);
  });
});

describe('memberships of groups that SCIM pushed', () => {
  it('that SCIM lost are joined, and those that ended are left', () => {
    const joins = comparePerson(context(), loadedAs(provisioned()), there({ groups: [GROUP] }), dealing());
    expect(names(joins)).toEqual([['member-differs', GROUP, false, 'join']]);
    const inside = loadedAs(provisioned(), [orion]);
    const leaves = comparePerson(context(), inside, there(), dealing());
    expect(names(leaves)).toEqual([['member-differs', GROUP, true, 'leave']]);
    expect(leaves.found[0]?.detail).toMatchObject({ group: 'Orion', lost: [{ kind: 'team' }] });
    const healed = healPerson(context(), inside, { leaves: [orion] });
    expect(healed?.leaves).toMatchObject([{ group: 'g1', member: 'u1' }]);
    expect(healed?.events.map(({ type }) => type)).toEqual(['membership.removed', 'grant.removed']);
  });

  it('that take something together, and neither alone, count as taking', () => {
    const two = [rule('role', 'groups', 'Orion', 'Admin'), rule('role', 'groups', 'Lyra', 'Admin')];
    const lyra = { id: 'g2', displayName: 'Lyra', revision: 1 };
    const groups = new Map([
      [GROUP, { displayName: 'Orion', isWhole: true, here: orion }],
      [OTHER, { displayName: 'Lyra', isWhole: true, here: lyra }],
    ]);
    const state = stateWith(compiled(two));
    const { grants } = resolve({
      user: provisioned(),
      groups: [orion, lyra],
      ruleset: state.ruleset,
      roles,
      standing: [],
    });
    const rows = grants.map(({ target, reasonKey, reason }) => ({
      kind: target.kind,
      target: target.id,
      reasonKey,
      reason,
      since: 1,
    }));
    const loaded = { ...loadedAs(provisioned(), [orion, lyra]), grants: rows, role: 'admin' };
    const compared = comparePerson({ ...context(), state }, loaded, there(), dealing({ known: { groups } }));
    expect(names(compared)).toEqual([
      ['member-differs', GROUP, true, 'leave'],
      ['member-differs', OTHER, true, 'leave'],
    ]);
    const one = comparePerson(
      { ...context(), state },
      loaded,
      there({ groups: [GROUP] }),
      dealing({ known: { groups } }),
    );
    expect(names(one)).toEqual([['member-differs', OTHER, false, 'leave']]);
  });

  it('are not left where the members of the group were not all read', () => {
    const groups = new Map([[GROUP, { displayName: 'Orion', isWhole: false, here: orion }]]);
    const inside = loadedAs(provisioned(), [orion]);
    const partly = dealing({ known: { groups } });
    expect(comparePerson(context(), inside, there(), partly).found).toEqual([]);
    // A look at that person knows all of their groups.
    expect(names(comparePerson(context(), inside, there({ isGroupsWhole: true }), partly))).toHaveLength(1);
    expect(comparePerson(context(), inside, there({ groups: null }), dealing()).found).toEqual([]);
  });
});

describe('what SCIM said and the directory says otherwise', () => {
  it('is shown and not healed', () => {
    const user = person({
      externalId: OID,
      displayName: 'Amara Osei',
      title: 'Pilot',
      [ENTERPRISE]: { department: 'Kites' },
    });
    const seen = there({
      person: {
        userName: 'amara.okoro@kitehaus.example',
        attributes: { name: 'Amara Okoro', jobTitle: 'Pilot', department: null },
      },
    });
    const compared = comparePerson(context(), loadedAs(user), seen, dealing({ heals: false }));
    expect(names(compared)).toEqual([
      ['name-differs', 'userName', false, null],
      ['attribute-differs', 'displayName', false, null],
      ['attribute-differs', `${ENTERPRISE}:department`, false, null],
    ]);
  });

  it('leaves guests and people in the recycle bin alone', () => {
    const guest = there({ person: { userName: 'amara_kitehaus.example#EXT#@contoso.example' } });
    expect(comparePerson(context(), loadedAs(provisioned()), guest, dealing()).found).toEqual([]);
    const binned = patch(provisioned(), [replace('userName', `${BIN}amara.osei@kitehaus.example`)]).after;
    expect(comparePerson(context(), loadedAs(binned), there(), dealing()).found).toEqual([]);
  });
});

describe('facts of the directory', () => {
  const told = (attributes: Record<string, unknown>, more: Partial<SeenHere> = {}) =>
    there({ ...more, person: { attributes } });

  it('that take nothing are told at once', () => {
    const { found, changes } = comparePerson(
      context(),
      loadedAs(provisioned()),
      told({ department: 'Kites' }, { roles: ['admin'] }),
      dealing(),
    );
    expect(found).toEqual([]);
    expect(changes?.users[0]?.after.directory).toEqual({
      department: { value: 'Kites', channel: 'reconciliation', at: 9_000 },
      roles: { value: ['admin'], channel: 'reconciliation', at: 9_000 },
    });
    expect(changes?.users[0]?.role).toBe('admin');
  });

  it('that take a role are a difference that the guard counts', () => {
    const user = { ...provisioned(), directory: facts({ roles: [['admin'], 5_000] }, 'reconciliation') };
    const compared = comparePerson(context(), loadedAs(user), told({}), dealing());
    expect(names(compared)).toEqual([['attribute-differs', 'facts', true, 'tell']]);
    expect(compared.changes).toBeNull();
    expect(compared.found[0]?.detail).toMatchObject({
      here: { roles: ['admin'] },
      there: { roles: [] },
      lost: [{ kind: 'role', id: 'admin' }],
    });
  });

  it('leave roles alone while assignments were not all read', () => {
    const user = { ...provisioned(), directory: facts({ roles: [['admin'], 5_000] }, 'reconciliation') };
    const partly = dealing({ known: { rolesAreWhole: false } });
    expect(comparePerson(context(), loadedAs(user), told({}), partly)).toEqual({ found: [], changes: null });
    const more = comparePerson(context(), loadedAs(user), told({}, { roles: ['reader'] }), partly);
    expect(more.changes?.users[0]?.after.directory.roles?.value).toEqual(['admin', 'reader']);
  });

  it('are not told by a run that heals nothing', () => {
    const compared = comparePerson(
      context(),
      loadedAs(provisioned()),
      told({ department: 'Kites' }),
      dealing({ heals: false }),
    );
    expect(compared).toEqual({ found: [], changes: null });
  });

  it('speak of the groups that were read, in the words of the tokens', () => {
    const user = (groups: string[]) => ({
      ...provisioned(),
      claims: facts({ groups: [groups, 5_000] }, 'login'),
    });
    const groupsOf = (claimed: string[], member: string[]) =>
      rowTold(dealing().known, there({ groups: member }), user(claimed)).claims.groups;
    // A group outside the reading stays; one that was read and does not hold them goes.
    expect(groupsOf([OTHER, GROUP], [])).toEqual([OTHER]);
    expect(groupsOf([OTHER], [GROUP])).toEqual([OTHER, GROUP]);
    expect(groupsOf([GROUP.toUpperCase()], [])).toEqual([]);
    expect(groupsOf(['Orion', 'Unread'], [])).toEqual(['Unread']);
    expect(groupsOf(['Orion', 'Unread'], [GROUP])).toEqual(['Orion', 'Unread']);
  });
});

describe('somebody who is missing here', () => {
  it('is made as a first sign-in would make them', () => {
    const seen = there({ person: { attributes: { name: 'Amara Osei', department: 'Kites' } } });
    const changes = createFromDirectory(context(), { id: 'u9', formerly: null }, dealing().known, seen);
    expect(changes.users[0]?.after).toMatchObject({
      document: { userName: 'amara.osei@kitehaus.example', externalId: OID, displayName: 'Amara Osei' },
      lastSignInAt: null,
      lastProvisionedAt: null,
    });
    expect(changes.users[0]?.role).toBe('viewer');
    expect(changes.events.map(({ type }) => type)).toEqual(['user.created', 'grant.added']);
  });
});

describe('whatever differs', () => {
  const attribute = fc.constantFrom('Kites', 'Ropes', null);
  const seenBy = fc.record({
    enabled: fc.constantFrom(true, false, null),
    department: attribute,
    groups: fc.constantFrom<string[] | null>([], [GROUP], null),
    roles: fc.constantFrom<string[] | null>([], ['admin'], ['reader', 'admin'], null),
    assigned: fc.constantFrom(true, false, null),
  });

  it('is not there any more once it was healed', () => {
    fc.assert(
      fc.property(seenBy, fc.boolean(), fc.boolean(), (words, isMember, isSuspended) => {
        const { enabled, department, groups, roles: roleValues, assigned } = words;
        const user = isSuspended
          ? settleSuspension(provisioned(), 'directory', true, 5_000).after
          : provisioned();
        const loaded = loadedAs(user, isMember ? [orion] : []);
        const seen = there({
          groups,
          roles: roleValues,
          assigned,
          person: { enabled, attributes: { department } },
        });
        const { found } = comparePerson(context(), loaded, seen, dealing());
        const does = (what: string) => found.some(({ action }) => action?.does === what);
        const row = rowTold(dealing().known, seen, user);
        const told = healPerson(context(), loaded, {
          told: row,
          ...(does('suspend') && { suspended: true }),
          ...(does('lift') && { suspended: false }),
          joins: does('join') ? [orion] : [],
          leaves: does('leave') ? [orion] : [],
        });
        const after = told?.users[0]?.after ?? user;
        const inside = does('join') || (isMember && !does('leave')) ? [orion] : [];
        const again = comparePerson(context(), loadedAs(after, inside), seen, dealing());
        expect(again.found.filter(({ action }) => action !== null)).toEqual([]);
        expect(again.changes).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('is decided by the one resolve', () => {
    const loaded = loadedAs(provisioned());
    const row = rowTold(dealing().known, there({ roles: ['admin'] }), loaded.user);
    const healed = healPerson(context(), loaded, { told: row, joins: [orion] })!;
    const expected = decideUserSettled(
      context(),
      { ...loaded, groups: [orion] },
      { after: healed.users[0]!.after, events: [] },
    );
    expect(healed.users[0]?.grants).toEqual(expected.changes?.users[0]?.grants);
  });
});
