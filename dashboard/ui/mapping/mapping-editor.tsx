// The editor of a provider's rules, for the page of them and for the wizard: lists on one side, what was seen and the doctor on
// the other. It edits a draft that somebody else keeps, reviews and applies.

import './mapping.css';
import { Grid, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { MappingsJson, SeenAttributesJson } from '../../../src/edge/admin/contract.ts';
import { useGet } from '../../queries.ts';
import { useSession } from '../../session.tsx';
import { roleStrategies } from '../role-strategies.ts';
import { Shown } from '../states.tsx';
import { useDiscovery } from './discovered-claims.ts';
import { changesIn, type MappingDraft } from './draft.ts';
import type { Edited, Editing } from './editing.ts';
import { useExamined } from './examine.ts';
import { OwnedByFile } from './owned-by-file.tsx';
import { RuleDialog } from './rule-dialog.tsx';
import { RuleList } from './rule-list.tsx';
import { EntryDialog, ScimAttributes } from './scim-attributes.tsx';
import { SidePanel } from './side-panel.tsx';

export interface MappingEditorProps {
  /** Its id. */
  provider: string;
  draft: MappingDraft;
  onChange(next: MappingDraft): void;
}

export function MappingEditor(props: MappingEditorProps) {
  const stored = useGet<MappingsJson>(`/providers/${props.provider}/mappings`);
  return (
    <Shown of={stored} label="Loading the rules">
      {(found) => <Editor {...props} stored={found} />}
    </Shown>
  );
}

function Editor({ provider, draft, onChange, stored }: MappingEditorProps & { stored: MappingsJson }) {
  const { may } = useSession();
  const [edited, setEdited] = useState<Edited | null>(null);
  const seen = useGet<SeenAttributesJson>(`/providers/${provider}/attributes`);
  const discovery = useDiscovery(provider);
  const editing: Editing = {
    provider,
    stored,
    draft,
    change: onChange,
    mayEdit: (key) => may('mappings:apply') && !stored.locked.includes(key),
    examined: useExamined(provider, changesIn(draft, stored) > 0 ? draft : null),
    seen: seen.data?.items ?? [],
    claims: discovery.claims ?? [],
    edit: setEdited,
  };
  const close = () => setEdited(null);
  return (
    <>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Stack gap="md">
            <RuleList editing={editing} list="attributeRoleMappings">
              <Strategy editing={editing} />
            </RuleList>
            <RuleList editing={editing} list="attributeTeamMappings" />
            <RuleList editing={editing} list="attributeBusinessUnitMappings" />
            <ScimAttributes editing={editing} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <SidePanel editing={editing} seen={seen} discovery={discovery} />
        </Grid.Col>
      </Grid>
      {edited?.kind === 'rule' && <RuleDialog editing={editing} of={edited} onClose={close} />}
      {edited?.kind === 'entry' && <EntryDialog editing={editing} of={edited} onClose={close} />}
    </>
  );
}

function Strategy({ editing }: { editing: Editing }) {
  const { draft, change, mayEdit } = editing;
  const key = 'roleResolutionStrategy';
  const value = draft[key];
  return (
    <div className="strategy">
      <SegmentedControl
        size="xs"
        aria-label="Which role wins"
        data={Object.entries(roleStrategies).map(([name, { label }]) => ({ value: name, label }))}
        value={value}
        disabled={!mayEdit(key)}
        onChange={(chosen) => change({ ...draft, [key]: chosen as typeof value })}
      />
      <Text size="xs" c="dimmed">
        {roleStrategies[value].about}
        {value === 'first-match' && mayEdit('attributeRoleMappings') && ' Order them by dragging.'}
      </Text>
      <OwnedByFile editing={editing} of={key} />
    </div>
  );
}
