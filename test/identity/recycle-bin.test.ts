// Entra's recycle bin: a deleted user is renamed to 32 hex digits and the former name, and disabled, in one PATCH or in
// two, in either order, sometimes with the address. What people know of the person stays until the name comes back.

import { describe, expect, it } from 'vitest';
import { displayNameOf, emailOf, signInName, statusOf, type User } from '../../src/identity/user.ts';
import { BIN, patch, person, put, replace, types } from './person.ts';

const NAME = 'amara.osei@kitehaus.example';
const MAIL = 'amara@kitehaus.example';
const binned = `${BIN}${NAME}`;
const amara = () => person({ displayName: 'Amara Osei', emails: [{ type: 'work', value: MAIL }] });

const rename = replace('userName', binned);
const disable = replace('active', false);
const mail = replace('emails[type eq "work"].value', `${BIN}${MAIL}`);

/** Every way in which the same three changes may arrive, one list per PATCH. */
const ways: readonly (readonly (readonly object[])[])[] = [
  [[rename]],
  [[rename, disable]],
  [[disable, rename]],
  [[rename], [disable]],
  [[disable], [rename]],
  [[rename, mail, disable]],
  [[mail, rename, disable]],
  [[disable], [rename, mail]],
  [[rename], [mail], [disable]],
  [[disable], [mail], [rename]],
  [[mail], [rename], [disable]],
];

function through(way: readonly (readonly object[])[], user: User = amara()): User {
  return way.reduce((before, operations, i) => patch(before, operations, 2_000 + i).after, user);
}

const spelled = (way: readonly (readonly object[])[]) =>
  way
    .map((operations) => operations.map((each) => (each as { path: string }).path.split('[')[0]).join(' + '))
    .join(', then ');

describe('into the bin', () => {
  for (const way of ways) {
    it(`keeps name, address and display: ${spelled(way)}`, () => {
      const user = through(way);
      expect(user.document.userName).toBe(binned);
      expect(signInName(user)).toBe(NAME);
      expect(emailOf(user)).toBe(MAIL);
      expect(displayNameOf(user)).toBe('Amara Osei');
      expect(user.kept).toEqual({ userName: NAME, email: MAIL });
      expect(statusOf(user)).toBe(way.flat().includes(disable) ? 'suspended' : 'active');
    });

    it(`says once that the user was binned: ${spelled(way)}`, () => {
      const said: string[] = [];
      way.reduce((before, operations, i) => {
        const settled = patch(before, operations, 2_000 + i);
        said.push(...types(settled));
        return settled.after;
      }, amara());
      expect(said.filter((type) => type === 'user.binned')).toHaveLength(1);
      expect(said.filter((type) => type === 'user.suspended')).toHaveLength(
        way.flat().includes(disable) ? 1 : 0,
      );
      expect(said).not.toContain('user.restored');
    });
  }

  it('says the same thing twice once', () => {
    const user = through([[rename, mail, disable]]);
    const again = patch(user, [rename, mail, disable], 9_000);
    expect(again.after).toBe(user);
    expect(again.events).toEqual([]);
  });

  it('takes either letter case of the digits and of the name', () => {
    const shouted = patch(amara(), [replace('userName', `${BIN.toUpperCase()}${NAME.toUpperCase()}`)]).after;
    expect(shouted.kept).toEqual({ userName: NAME, email: MAIL });
    const accented = person({ userName: 'Émile@kitehaus.example' });
    expect(
      patch(accented, [replace('userName', `${BIN}e\u0301mile@KITEHAUS.example`)]).after.kept?.userName,
    ).toBe('Émile@kitehaus.example');
  });

  it('keeps nobody without an address from being kept', () => {
    expect(patch(person(), [rename]).after.kept).toEqual({ userName: NAME, email: null });
  });

  for (const [what, name] of [
    ['another name behind the digits', `${BIN}somebody.else@kitehaus.example`],
    ['too few digits', `${BIN.slice(1)}${NAME}`],
    ['other characters', `${BIN.replace('0', 'g')}${NAME}`],
    ['no name at all', BIN],
    ['a hyphenated id', `01234567-89ab-cdef-0123-456789abcdef${NAME}`],
  ] as const) {
    it(`takes for an ordinary rename: ${what}`, () => {
      const settled = patch(amara(), [replace('userName', name)]);
      expect(settled.after.kept).toBeNull();
      expect(signInName(settled.after)).toBe(name);
      expect(types(settled)).toEqual(['user.updated']);
    });
  }

  it('keeps the person through changes that are none of the name', () => {
    const user = patch(
      through([[rename, disable]]),
      [replace('title', 'Retired'), replace('displayName', 'A. Osei')],
      5_000,
    ).after;
    expect(signInName(user)).toBe(NAME);
    expect(user.kept).toEqual({ userName: NAME, email: MAIL });
  });

  it('keeps the person when the digits change', () => {
    const other = BIN.split('').reverse().join('');
    const user = patch(through([[rename, mail]]), [replace('userName', `${other}${NAME}`)], 5_000);
    expect(user.after.kept).toEqual({ userName: NAME, email: MAIL });
    expect(types(user)).toEqual(['user.updated']);
  });
});

describe('out of the bin', () => {
  const back = [
    replace('userName', NAME),
    replace('active', true),
    replace('emails[type eq "work"].value', MAIL),
  ];

  for (const way of ways) {
    it(`gives everything back in one PATCH, after: ${spelled(way)}`, () => {
      const settled = patch(through(way), back, 9_000);
      expect(settled.after.kept).toBeNull();
      expect(settled.after.document).toEqual(amara().document);
      expect(statusOf(settled.after)).toBe('active');
      const said = types(settled);
      expect(said.slice(0, 2)).toEqual(['user.updated', 'user.restored']);
      expect(said.slice(2)).toEqual(way.flat().includes(disable) ? ['user.reactivated'] : []);
    });
  }

  it('gives everything back one by one, and by PUT', () => {
    const user = through([[rename, mail, disable]]);
    const byOne = back.reduce((before, operation, i) => patch(before, [operation], 8_000 + i).after, user);
    expect(byOne.kept).toBeNull();
    expect(emailOf(byOne)).toBe(MAIL);
    const { after: byPut } = put(user, {
      active: true,
      displayName: 'Amara Osei',
      emails: [{ type: 'work', value: MAIL }],
    });
    expect(byPut.document).toEqual(amara().document);
    expect(byPut.kept).toBeNull();
  });

  it('takes a new name for what it is', () => {
    const settled = patch(through([[rename]]), [replace('userName', 'amara.mensah@kitehaus.example')]);
    expect(settled.after.kept).toBeNull();
    expect(signInName(settled.after)).toBe('amara.mensah@kitehaus.example');
    expect(types(settled)).toEqual(['user.updated', 'user.restored']);
  });
});
