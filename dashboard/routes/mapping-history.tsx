// Every change of the rules of a provider: who made it, when, what it changed. One opens with its rules; going back is a change
// like any other, and is reviewed first.

import { Button, Group, Text, UnstyledButton } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import type {
  MappingsJson,
  ProviderJson,
  RulesetJson,
  WholeRulesetJson,
} from '../../src/edge/admin/contract.ts';
import { useAddress } from '../address.ts';
import { useGet } from '../queries.ts';
import { May, useSession } from '../session.tsx';
import { Actor } from '../ui/actor.tsx';
import { Mark } from '../ui/badges.tsx';
import { type Column, ListTable } from '../ui/list-table.tsx';
import { Locked } from '../ui/locked.tsx';
import { Page } from '../ui/page.tsx';
import { ReviewChanges } from '../ui/review-changes.tsx';
import { RulesDifference } from '../ui/rules-difference.tsx';
import { Empty } from '../ui/states.tsx';
import { When } from '../ui/when.tsx';
import { WholeRuleset } from './mapping-history-ruleset.tsx';

const LINES = 2;
const ROW_PX = 116;

export default function MappingHistoryPage() {
  const { provider: id } = useParams({ strict: false }) as { provider: string };
  const { may } = useSession();
  const provider = useGet<ProviderJson>(`/providers/${id}`, { enabled: may('providers:read') });
  const mappings = useGet<MappingsJson>(`/providers/${id}/mappings`, { enabled: may('mappings:read') });
  const [{ ruleset, restore }, change] = useAddress();
  const locked = mappings.data?.locked ?? [];
  const name = provider.data?.name ?? id;
  const above = `/governance/user-provisioning`;
  return (
    <Page
      title="Rule changes"
      about="Every change of the attribute mappings is kept under its number. Going back to one is planned, guarded and recorded like any other change."
      above={[
        { label: 'User Provisioning', to: above },
        { label: name, to: `${above}/${id}` },
        { label: 'Attribute Mapping', to: `${above}/${id}/attribute-mapping` },
      ]}
      permission="mappings:read"
    >
      {locked.length > 0 && <Locked what={locked.join(', ')} />}
      <Changes provider={id} canGoBack={mappings.data !== undefined && locked.length === 0} />
      {ruleset !== undefined && (
        <WholeRuleset
          provider={id}
          number={ruleset}
          canGoBack={locked.length === 0}
          onGoBack={() => change({ restore: ruleset, ruleset: undefined })}
          onClose={() => change({ ruleset: undefined })}
        />
      )}
      {restore !== undefined && (
        <GoBack provider={id} number={restore} onEnd={() => change({ restore: undefined })} />
      )}
    </Page>
  );
}

function Changes({ provider, canGoBack }: { provider: string; canGoBack: boolean }) {
  const [, change] = useAddress();
  const columns: readonly Column<RulesetJson>[] = [
    {
      title: 'Number',
      width: '130px',
      show: ({ number, isCurrent }) => (
        <Group gap={8} wrap="nowrap">
          <UnstyledButton className="row-button number" onClick={() => change({ ruleset: String(number) })}>
            {number}
          </UnstyledButton>
          {isCurrent && <Mark tone="good">Current</Mark>}
        </Group>
      ),
    },
    {
      title: 'When',
      width: '150px',
      show: ({ at }) => (
        <Text component="div" size="sm">
          <When at={at} />
        </Text>
      ),
    },
    {
      title: 'Who',
      width: 'minmax(140px, 220px)',
      show: ({ by }) => (
        <Text component="div" size="sm" lineClamp={2}>
          <Actor {...by} />
        </Text>
      ),
    },
    { title: 'What changed', width: 'minmax(300px, 1fr)', show: ({ changes }) => <Changed of={changes} /> },
    {
      title: 'Rules',
      width: '80px',
      show: ({ rules }) => (
        <Text size="sm" className="number">
          {rules}
        </Text>
      ),
    },
    {
      title: 'Back',
      width: '130px',
      show: (one) => canGoBack && <BackButton of={one} />,
    },
  ];
  return (
    <ListTable<RulesetJson>
      label="Rule changes"
      path={`/providers/${provider}/rulesets`}
      columns={columns}
      keyOf={({ number }) => String(number)}
      onOpen={({ number }) => change({ ruleset: String(number) })}
      rowPx={ROW_PX}
      empty={
        <Empty title="No rules were ever applied">
          The first change of the attribute mappings will stand here, and each after it.
        </Empty>
      }
    />
  );
}

function Changed({ of }: { of: RulesetJson['changes'] }) {
  return <RulesDifference of={of} most={LINES} none="No rule: everybody was resolved anew." />;
}

/** Of the rules that hold, what is before them; of others themselves. */
function BackButton({ of: { number, isCurrent } }: { of: RulesetJson }) {
  const [, change] = useAddress();
  const wanted = isCurrent ? number - 1 : number;
  if (wanted < 1) return null;
  return (
    <May do="mappings:apply">
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconArrowBackUp size={14} />}
        aria-label={isCurrent ? 'Undo the last change' : `Go back to number ${number}`}
        onClick={() => change({ restore: String(wanted) })}
      >
        {isCurrent ? 'Undo' : 'Go back'}
      </Button>
    </May>
  );
}

function GoBack({ provider, number, onEnd }: { provider: string; number: string; onEnd: () => void }) {
  const { may } = useSession();
  const found = useGet<WholeRulesetJson>(`/providers/${provider}/rulesets/${number}`, {
    enabled: may('mappings:apply'),
  });
  if (!found.data || String(found.data.number) !== number) return null;
  return (
    <ReviewChanges
      key={number}
      provider={provider}
      draft={found.data.mappings}
      title={`Go back to the rules number ${number}`}
      onApplied={onEnd}
      onClose={onEnd}
    />
  );
}
