// Attribute Mapping while a provider is added: the same editor as later, with Discover Claims beside it, since nobody has arrived who
// could show what it sends. Leaving the step stores the rules; nobody is there whom they could change.

import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import type { BatchJson, MappingsJson, ProviderJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { useChange, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { MappingEditor } from '../ui/mapping/mapping-editor.tsx';
import { StaleDraft } from '../ui/mapping/stale-draft.tsx';
import { useDraft } from '../ui/mapping/use-draft.ts';
import { Failed, NotPermitted, Shown } from '../ui/states.tsx';
import { Ways } from './new-provider-steps.tsx';

interface MappingProps {
  provider: ProviderJson;
  onBack(): void;
  onNext(): void;
}

export function MappingStep(props: MappingProps) {
  const { may } = useSession();
  const mayRead = may('mappings:read');
  const stored = useGet<MappingsJson>(`/providers/${props.provider.id}/mappings`, { enabled: mayRead });
  if (mayRead) {
    return <Shown of={stored}>{(mappings) => <Rules {...props} stored={mappings} />}</Shown>;
  }
  return (
    <Stack gap="md">
      <NotPermitted permission="mappings:read" />
      <Ways onBack={props.onBack}>
        <Button onClick={props.onNext}>Continue</Button>
      </Ways>
    </Stack>
  );
}

function Rules({ provider: { id }, stored, onBack, onNext }: MappingProps & { stored: MappingsJson }) {
  const kept = useDraft(id, stored);
  const save = useChange<void, MappingsJson | BatchJson | null>({
    run: async () => {
      if (kept.changes === 0) return null;
      const sent = { method: 'PUT', body: kept.draft } as const;
      return (await send<MappingsJson | BatchJson>(`/providers/${id}/mappings`, sent)).body;
    },
    touches: ['providers'],
    isQuiet: true,
    onDone(answer) {
      kept.discard();
      if (!isHeld(answer)) onNext();
    },
  });
  return (
    <Stack gap="md">
      <Text size="sm" maw={760}>
        Which attributes of people give them which role, team and business unit. Discover Claims signs you in
        once and shows what the provider really sends; the names must be the same here, including case.
      </Text>
      {kept.isStale && <StaleDraft kept={kept} />}
      <MappingEditor provider={id} draft={kept.draft} onChange={kept.change} />
      {save.error && <Failed problem={save.error} />}
      {isHeld(save.data) && (
        <Alert color="yellow" icon={<IconHandStop size={18} />} title="Held for approval" role="status">
          People have arrived meanwhile who would lose something: the former rules hold until somebody
          approves it under Held batches.
        </Alert>
      )}
      <Ways onBack={onBack}>
        <Button onClick={() => save.mutate()} loading={save.isPending} disabled={kept.isStale}>
          Continue
        </Button>
      </Ways>
    </Stack>
  );
}

function isHeld(answer: MappingsJson | BatchJson | null | undefined): answer is BatchJson {
  return answer != null && 'source' in answer;
}
