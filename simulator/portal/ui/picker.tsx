// People and groups of the directory to choose from, by a part of their name.

import { Checkbox, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { GroupRowJson, Kind, ListJson, UserRowJson } from '../../portal-api/contract.ts';
import { useGet } from '../api.ts';

export interface Pick {
  kind: Kind;
  objectId: string;
  displayName: string;
  about: string;
}

const SHOWN = 25;
const WAIT_MS = 150;

export function usePicks(kinds: readonly Kind[], search: string): Pick[] {
  const query = { search, limit: SHOWN };
  const users = useGet<ListJson<UserRowJson>>('/users', query).data?.items ?? [];
  const groups = useGet<ListJson<GroupRowJson>>('/groups', query).data?.items ?? [];
  return [
    ...(kinds.includes('group') ? groups : []).map(
      (group): Pick => ({
        kind: 'group',
        objectId: group.objectId,
        displayName: group.displayName,
        about: `Group, ${group.members} ${group.members === 1 ? 'member' : 'members'}`,
      }),
    ),
    ...(kinds.includes('user') ? users : []).map(
      (user): Pick => ({
        kind: 'user',
        objectId: user.objectId,
        displayName: user.displayName,
        about: user.userPrincipalName,
      }),
    ),
  ];
}

interface PickerProps {
  label: string;
  kinds: readonly Kind[];
  chosen: readonly Pick[];
  onChange(chosen: Pick[]): void;
}

export function Picker({ label, kinds, chosen, onChange }: PickerProps) {
  const [search, setSearch] = useState('');
  const [wanted] = useDebouncedValue(search, WAIT_MS);
  const found = usePicks(kinds, wanted);
  const isChosen = ({ objectId }: Pick) => chosen.some((one) => one.objectId === objectId);
  const toggle = (pick: Pick) =>
    onChange(isChosen(pick) ? chosen.filter((one) => one.objectId !== pick.objectId) : [...chosen, pick]);
  // What was chosen stays in sight, whatever is searched for next.
  const others = found.filter((pick) => !isChosen(pick));
  return (
    <>
      <TextInput
        type="search"
        label={label}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        leftSection={<IconSearch size={16} />}
        data-autofocus
      />
      <div className="picks" tabIndex={0} role="group" aria-label="Found">
        {[...chosen, ...others].map((pick) => (
          <PickLine key={pick.objectId} pick={pick} isChosen={isChosen(pick)} onToggle={() => toggle(pick)} />
        ))}
        {chosen.length + others.length === 0 && (
          <Text size="sm" c="dimmed" p="sm">
            Nobody has that in their name.
          </Text>
        )}
      </div>
    </>
  );
}

function PickLine({ pick, isChosen, onToggle }: { pick: Pick; isChosen: boolean; onToggle: () => void }) {
  return (
    <Checkbox
      className="pick"
      checked={isChosen}
      onChange={onToggle}
      label={pick.displayName}
      description={pick.about}
    />
  );
}
