// Attribute Mapping: the rules of a provider, edited as a draft that is reviewed before anything of it counts.

import { Button, Group, Paper, Text } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { MappingsJson, ProviderJson } from '../../src/edge/admin/contract.ts';
import { useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { counted } from '../ui/counted.ts';
import { MappingEditor } from '../ui/mapping/mapping-editor.tsx';
import { StaleDraft } from '../ui/mapping/stale-draft.tsx';
import { type KeptDraft, useDraft } from '../ui/mapping/use-draft.ts';
import { Page } from '../ui/page.tsx';
import { ReviewChanges } from '../ui/review-changes.tsx';
import { Shown } from '../ui/states.tsx';

const provisioning = '/governance/user-provisioning';

export default function AttributeMappingPage() {
  const { provider } = useParams({ strict: false }) as { provider: string };
  const { may } = useSession();
  const mayRead = may('mappings:read');
  const found = useGet<ProviderJson>(`/providers/${provider}`, { enabled: may('providers:read') });
  const stored = useGet<MappingsJson>(`/providers/${provider}/mappings`, { enabled: mayRead });
  const here = `${provisioning}/${provider}`;
  return (
    <Page
      title="Attribute Mapping"
      permission="mappings:read"
      about="Which attributes of people give them which role, teams and business units. What is changed here is a draft until it was reviewed and applied."
      above={[
        { label: 'User Provisioning', to: provisioning },
        { label: found.data?.name ?? 'Provider', to: here },
      ]}
      actions={
        <Button component={Link} to={`${here}/history`} variant="default">
          History
        </Button>
      }
    >
      <Shown of={stored} label="Loading the rules">
        {(mappings) => <Draft provider={provider} stored={mappings} />}
      </Shown>
    </Page>
  );
}

function Draft({ provider, stored }: { provider: string; stored: MappingsJson }) {
  const kept = useDraft(provider, stored);
  const { may } = useSession();
  return (
    <>
      {!may('mappings:apply') && (
        <Text size="sm" c="dimmed">
          You may look at these rules. Changing them takes the permission mappings:apply.
        </Text>
      )}
      {kept.isStale && <StaleDraft kept={kept} />}
      <MappingEditor provider={provider} draft={kept.draft} onChange={kept.change} />
      {kept.changes > 0 && <DraftBar provider={provider} kept={kept} />}
    </>
  );
}

function DraftBar({ provider, kept }: { provider: string; kept: KeptDraft }) {
  const { draft, changes, isStale, discard } = kept;
  const [isReviewed, setIsReviewed] = useState(false);
  return (
    <Paper withBorder shadow="md" p="sm" className="draft-bar" role="region" aria-label="Draft">
      <Group justify="space-between" gap="sm">
        <Text size="sm" fw={600} role="status" className="number">
          {counted(changes, 'change', 'changes')}, not applied
        </Text>
        <Group gap="xs">
          <Button variant="default" onClick={discard}>
            Discard
          </Button>
          <Button onClick={() => setIsReviewed(true)} disabled={isStale}>
            Review
          </Button>
        </Group>
      </Group>
      {isReviewed && (
        <ReviewChanges
          provider={provider}
          draft={draft}
          onApplied={discard}
          onClose={() => setIsReviewed(false)}
        />
      )}
    </Paper>
  );
}
