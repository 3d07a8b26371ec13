// What a user had at a past moment and why, by the names and rules of then, and what has come and gone since.

import { Anchor, List, SimpleGrid, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ExplanationJson, PastAccessJson, ReferenceJson } from '../../src/edge/admin/contract.ts';
import { useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Mark, StatusMark } from '../ui/badges.tsx';
import { Panel } from '../ui/panel.tsx';
import { Empty, Shown } from '../ui/states.tsx';
import { Warning } from '../ui/warning.tsx';
import { exactTime } from '../ui/when.tsx';
import type { AskedMoment } from './user-access-moment.tsx';
import { Reasons } from './user-access-reasons.tsx';

interface AccessThenProps {
  /** Id of the user. */
  user: string;
  moment: AskedMoment;
  /** Somebody who was erased has no access to compare with. */
  isErased?: boolean;
}

export function AccessThen({ user, moment, isErased = false }: AccessThenProps) {
  const path = `/users/${encodeURIComponent(user)}/access`;
  const then = useGet<PastAccessJson>(path, { query: moment });
  const now = useGet<ExplanationJson>(path, { enabled: !isErased });
  if (then.error?.status === 404) {
    return (
      <Empty title="They were not here then">
        Nobody was known by this id at that moment.
        {!isErased && ' Their timeline says when they came.'}
      </Empty>
    );
  }
  return (
    <Shown of={then} label="Loading what they had">
      {(found) => <Past then={found} now={isErased ? null : now.data} />}
    </Shown>
  );
}

type Access = Pick<PastAccessJson | ExplanationJson, 'role' | 'teams' | 'businessUnits'>;

interface KindWords {
  title: string;
  word: string;
  none: string;
  base: string;
  of(access: Access): readonly Access['teams'][number][];
}

const kinds: readonly KindWords[] = [
  {
    title: 'Role',
    word: 'the role',
    none: 'They had no role, and could not sign in.',
    base: 'roles',
    of: ({ role }) => (role ? [role] : []),
  },
  {
    title: 'Teams',
    word: 'the team',
    none: 'They were in no team.',
    base: 'teams',
    of: ({ teams }) => teams,
  },
  {
    title: 'Business Units',
    word: 'the business unit',
    none: 'They were in no business unit.',
    base: 'business-units',
    of: ({ businessUnits }) => businessUnits,
  },
];

const nothing: Access = { role: null, teams: [], businessUnits: [] };

/** null: of somebody who was erased. */
type Now = ExplanationJson | null;

/** By id: what was renamed is the same. */
function without<Item extends ReferenceJson>(
  some: readonly Item[],
  others: readonly Item[],
): readonly Item[] {
  const ids = new Set(others.map(({ id }) => id));
  return some.filter(({ id }) => !ids.has(id));
}

/** `now` is undefined while it is being asked. */
interface ThenAndNow {
  then: PastAccessJson;
  now: Now | undefined;
}

function Past({ then, now }: ThenAndNow) {
  return (
    <>
      <Outcome then={then} now={now} />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {kinds.map((kind) => (
          <HeldThen key={kind.title} kind={kind} then={then} now={now} />
        ))}
        <Groups of={then.groups} />
      </SimpleGrid>
    </>
  );
}

function Outcome({ then, now }: ThenAndNow) {
  const { may } = useSession();
  const { at, words, user, ruleset, position, erased } = then;
  const provider = encodeURIComponent(user.provider);
  return (
    <Panel title={`As it was at ${exactTime(at)}`} beside={<StatusMark status={user.status} />}>
      <Text size="sm">{words}</Text>
      {erased && (
        <Warning title="Erased since">
          What was personal of them was erased: what they had is known, and since when, but not why, nor what
          they were called.
        </Warning>
      )}
      {now !== undefined && <Since then={then} now={now} />}
      <Text size="sm" c="dimmed">
        By the{' '}
        <LinkIf
          if={may('mappings:read')}
          to={`/governance/user-provisioning/${provider}/history?ruleset=${ruleset}`}
        >
          rules number {ruleset}
        </LinkIf>
        , and everything that stood in the log up to{' '}
        <LinkIf if={may('audit:read')} to={`/governance/audit?open=${position}`}>
          event {position}
        </LinkIf>
        .
      </Text>
    </Panel>
  );
}

function LinkIf({ if: isLinked, to, children }: { if: boolean; to: string; children: ReactNode }) {
  if (!isLinked) return <span>{children}</span>;
  return (
    <Anchor component={Link} to={to} inherit>
      {children}
    </Anchor>
  );
}

function Since({ then, now }: { then: PastAccessJson; now: Now }) {
  const compared = kinds.map(({ word, of }) => ({ word, before: of(then), after: of(now ?? nothing) }));
  const changes = [
    ...compared.flatMap(({ word, before, after }) => told(word, without(before, after), false)),
    ...compared.flatMap(({ word, before, after }) => told(word, without(after, before), true)),
  ];
  const standing = now === null ? 'They were removed and erased since.' : standingSince(then, now);
  if (changes.length === 0 && standing === null) {
    return <Text size="sm">They have the same role, teams and business units now.</Text>;
  }
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        Since then
      </Text>
      {standing && <Text size="sm">{standing}</Text>}
      <List listStyleType="none" size="sm" aria-label="What changed since then">
        {changes.map(({ id, name, word, isGain }) => (
          <List.Item key={`${word} ${id}`} className={isGain ? 'gain' : 'loss'}>
            <span className="sign" aria-hidden>
              {isGain ? '+' : '−'}
            </span>
            {isGain ? 'gained' : 'lost'} {word} {name}
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}

function told(word: string, of: readonly ReferenceJson[], isGain: boolean) {
  return of.map(({ id, name }) => ({ id, name, word, isGain }));
}

function standingSince(then: PastAccessJson, { user, active }: ExplanationJson): string | null {
  const before = then.user.status;
  if (before === user.status) return null;
  if (user.status === 'removed') return 'They were removed since.';
  if (active) return before === 'removed' ? 'They came back since.' : 'Their suspension was lifted since.';
  return 'They were suspended since.';
}

function HeldThen({ kind, then, now }: ThenAndNow & { kind: KindWords }) {
  const { title, none, base, of } = kind;
  const held = of(then);
  const today = of(now ?? nothing);
  const lost = new Set(now === undefined ? [] : without(held, today).map(({ id }) => id));
  return (
    <Panel title={title}>
      {held.length === 0 && (
        <Text size="sm" c="dimmed">
          {none}
        </Text>
      )}
      <Stack gap="sm" component="ul" className="plain-list">
        {held.map(({ id, name, sources }) => (
          <li key={id}>
            <Anchor component={Link} to={`/governance/${base}/${id}`} size="sm" fw={600} mr={6}>
              {name}
            </Anchor>
            {lost.has(id) && <Mark tone="bad">Lost since</Mark>}
            <Reasons of={sources} />
          </li>
        ))}
        {without(today, held).map(({ id, name }) => (
          <li key={id}>
            <Text span size="sm" c="dimmed" mr={6}>
              {name}
            </Text>
            <Mark tone="good">Gained since</Mark>
          </li>
        ))}
      </Stack>
    </Panel>
  );
}

function Groups({ of }: { of: PastAccessJson['groups'] }) {
  return (
    <Panel title="Groups of the provider">
      {of.length === 0 ? (
        <Text size="sm" c="dimmed">
          They were in no group.
        </Text>
      ) : (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {of.map(({ name }) => name).join(', ')}
        </Text>
      )}
    </Panel>
  );
}
