// Teams and business units: both are lists of the same kind and pages of the same kind, under their own words.

import { Anchor, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconSitemap, IconUsersGroup } from '@tabler/icons-react';
import { Link, useParams } from '@tanstack/react-router';
import type { MemberJson, ProviderJson, TargetJson } from '../../src/edge/admin/contract.ts';
import { useAddress } from '../address.ts';
import { useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Mark } from './badges.tsx';
import { Facts } from './facts.tsx';
import { FeedingRules } from './feeding-rules.tsx';
import { type Column, ListTable } from './list-table.tsx';
import { Page } from './page.tsx';
import { ProviderFilter, useProviders } from './provider-filter.tsx';
import { SearchBox } from './search-box.tsx';
import { Empty, Shown } from './states.tsx';
import { When } from './when.tsx';

const kinds = {
  teams: {
    title: 'Teams',
    one: 'team',
    permission: 'teams:read',
    icon: IconUsersGroup,
    about:
      'Every group that Entra sends becomes a team, by a rule that can be changed. Apps learn them with each person.',
    none: 'Teams come with the first group that is assigned and sent, and with rules that name one. In Entra, assign the group itself under Users and groups, and see that Provision Microsoft Entra ID Groups is enabled under Mappings.',
  },
  'business-units': {
    title: 'Business Units',
    one: 'business unit',
    permission: 'businessUnits:read',
    icon: IconSitemap,
    about: 'Parts of the organisation, as rules read them from an attribute such as department.',
    none: 'Business units come from rules: let "department" give the business unit "*", and each department becomes one.',
  },
} as const;

type Base = keyof typeof kinds;

export function TargetsPage({ base }: { base: Base }) {
  const { title, one, about, permission } = kinds[base];
  const [address] = useAddress();
  const providers = useProviders();
  return (
    <Page title={title} about={about} permission={permission}>
      <Group gap="sm">
        <SearchBox label={`Search ${title.toLowerCase()}`} />
        <ProviderFilter of={providers} />
      </Group>
      <ListTable<TargetJson>
        label={title}
        path={`/${base}`}
        query={{ search: address.search, provider: address.provider }}
        columns={columnsOf(base, providers)}
        keyOf={({ id }) => id}
        to={({ id }) => `/governance/${base}/${id}`}
        defaultSort="name"
        empty={address.search || address.provider ? <NoneFound one={one} /> : <NoneYet base={base} />}
      />
    </Page>
  );
}

function NoneFound({ one }: { one: string }) {
  return <Empty title={`No ${one} is called so`}>Parts of a name are enough, and case does not count.</Empty>;
}

function NoneYet({ base }: { base: Base }) {
  const { icon: Icon, none, title } = kinds[base];
  return (
    <Empty title={`No ${title.toLowerCase()} yet`} icon={<Icon size={28} stroke={1.5} aria-hidden />}>
      {none}{' '}
      <Anchor component={Link} to="/governance/user-provisioning" inherit>
        User Provisioning
      </Anchor>
    </Empty>
  );
}

function columnsOf(base: Base, providers: readonly ProviderJson[]): readonly Column<TargetJson>[] {
  return [
    {
      title: 'Name',
      width: 'minmax(220px, 2fr)',
      sort: 'name',
      show: ({ id, name }) => (
        <Anchor component={Link} to={`/governance/${base}/${id}` as never} size="sm" fw={600} truncate>
          {name}
        </Anchor>
      ),
    },
    {
      title: 'Members',
      width: '110px',
      show: ({ members }) => <span className="number">{members.toLocaleString('en')}</span>,
    },
    {
      title: 'Where it comes from',
      width: 'minmax(240px, 2fr)',
      show: (target) => (
        <Text size="sm" truncate>
          {originOf(target)}
        </Text>
      ),
    },
    {
      title: 'Provider',
      width: 'minmax(120px, 1fr)',
      show: ({ provider }) => providers.find(({ id }) => id === provider)?.name ?? provider,
    },
    { title: 'Since', width: '150px', show: ({ createdAt }) => <When at={createdAt} /> },
  ];
}

function originOf({ group, rules }: TargetJson): string {
  if (group !== null) return 'A group at the provider';
  const [first, ...others] = rules;
  if (!first) return 'Given by hand; no rule gives it';
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return `${first.attribute} = "${first.value}"${more}`;
}

export function TargetPage({ base }: { base: Base }) {
  const { target: id = '' } = useParams({ strict: false }) as { target?: string };
  const { title, permission } = kinds[base];
  const { may } = useSession();
  const found = useGet<TargetJson>(`/${base}/${id}`, { enabled: may(permission) });
  const above = [{ label: title, to: `/governance/${base}` }];
  if (!found.data) {
    return (
      <Page title={title} above={above} permission={permission}>
        <Shown of={found}>{() => null}</Shown>
      </Page>
    );
  }
  return <OneTarget base={base} target={found.data} />;
}

function OneTarget({ base, target }: { base: Base; target: TargetJson }) {
  const { title, one, permission } = kinds[base];
  const [{ search }] = useAddress();
  const { id, name, group, provider, rules, members, createdAt } = target;
  return (
    <Page
      title={name}
      above={[{ label: title, to: `/governance/${base}` }]}
      beside={group !== null && <Mark tone="plain">Group of the provider</Mark>}
      permission={permission}
    >
      <Paper withBorder p="md" component="section" aria-label="About it">
        <Facts
          of={[
            ['Members', members.toLocaleString('en')],
            ['Provider', provider],
            ...(group === null ? [] : [['Group', `${group}. It is renamed at the provider.`] as const]),
            ['Rules that give it', <FeedingRules key="rules" of={rules} />],
            ['Since', <When key="since" at={createdAt} />],
          ]}
        />
      </Paper>
      <Stack gap="sm" component="section" aria-labelledby="members">
        <Group justify="space-between">
          <Title order={2} size="h4" id="members">
            Members
          </Title>
          <SearchBox label="Search members" />
        </Group>
        <ListTable<MemberJson>
          label={`Members of ${name}`}
          path={`/${base}/${id}/members`}
          query={{ search }}
          columns={memberColumns}
          keyOf={(member) => member.id}
          to={(member) => `/governance/users/${member.id}`}
          defaultSort="userName"
          maxHeight="calc(100vh - 460px)"
          empty={
            search ? (
              <Empty title="No member is called so" />
            ) : (
              <Empty title="Nobody is a member">
                The {one} stays, so that apps which know it find it again when somebody comes.
              </Empty>
            )
          }
        />
      </Stack>
    </Page>
  );
}

const memberColumns: readonly Column<MemberJson>[] = [
  {
    title: 'Name',
    width: 'minmax(180px, 1fr)',
    show: ({ id, displayName, userName }) => (
      <Anchor component={Link} to={`/governance/users/${id}` as never} size="sm" fw={600} truncate>
        {displayName || userName}
      </Anchor>
    ),
  },
  {
    title: 'User name',
    width: 'minmax(200px, 1.2fr)',
    sort: 'userName',
    show: ({ userName }) => (
      <Text size="sm" truncate>
        {userName}
      </Text>
    ),
  },
  {
    title: 'Why',
    width: 'minmax(280px, 2.4fr)',
    show: ({ sources }) => (
      <Text size="sm" truncate title={sources.map(({ words }) => words).join('\n')}>
        {sources[0]?.words ?? ''}
        {sources.length > 1 && ` (and ${sources.length - 1} more)`}
      </Text>
    ),
  },
];
