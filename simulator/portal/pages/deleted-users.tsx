// The recycle bin: for 30 days a person can come back with everything.

import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useAddress } from '../../../dashboard/address.ts';
import { Confirm } from '../../../dashboard/ui/confirm.tsx';
import { SearchBox } from '../../../dashboard/ui/search-box.tsx';
import { exactTime } from '../../../dashboard/ui/when.tsx';
import type { UserRowJson } from '../../portal-api/contract.ts';
import { ask, useChange } from '../api.ts';
import { places } from '../places.ts';
import { PortalPage } from '../ui/portal-page.tsx';
import { ListOf } from '../ui/row-table.tsx';
import { Nothing } from '../ui/shown.tsx';

export default function DeletedUsers() {
  const [{ search }] = useAddress();
  const [going, setGoing] = useState<UserRowJson | null>(null);
  const restore = useChange<string>({
    run: (objectId) => ask('POST', `/users/${objectId}/restore`),
    done: 'Restored',
  });
  const remove = useChange<string>({
    run: (objectId) => ask('POST', `/users/${objectId}/delete-permanently`),
    done: 'Deleted for good',
    onDone: () => setGoing(null),
  });
  return (
    <PortalPage
      title="Deleted users"
      above={[places.directory, places.users]}
      about="Who is here is told to be inactive. After 30 days, or when deleted for good, the application is told to delete them."
    >
      <SearchBox label="Search deleted users" />
      <ListOf<UserRowJson>
        label="Deleted users"
        path="/users"
        query={{ search, deleted: 'true' }}
        keyOf={({ objectId }) => objectId}
        columns={[
          { title: 'Display name', show: ({ displayName }) => displayName },
          { title: 'User principal name', show: ({ userPrincipalName }) => userPrincipalName },
          { title: 'Deleted', show: ({ deletedAt }) => (deletedAt ? exactTime(deletedAt) : '') },
          {
            title: 'Commands',
            show: (user) => (
              <Group gap="xs" wrap="nowrap">
                <Button size="compact-sm" variant="default" onClick={() => restore.mutate(user.objectId)}>
                  Restore
                </Button>
                <Button size="compact-sm" variant="default" onClick={() => setGoing(user)}>
                  Delete permanently
                </Button>
              </Group>
            ),
          },
        ]}
        empty={<Nothing title="Nobody is in the recycle bin" />}
      />
      <Confirm
        opened={going !== null}
        title="Delete permanently"
        action="Delete permanently"
        isDangerous
        isBusy={remove.isPending}
        onClose={() => setGoing(null)}
        onConfirm={() => going && remove.mutate(going.objectId)}
      >
        {going?.displayName} cannot be restored then, and the next cycle sends a DELETE.
      </Confirm>
    </PortalPage>
  );
}
