// The enterprise applications of the directory: one.

import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { OverviewJson } from '../../portal-api/contract.ts';
import { useGet } from '../api.ts';
import { places } from '../places.ts';
import { PortalPage } from '../ui/portal-page.tsx';
import { RowTable } from '../ui/row-table.tsx';
import { Shown } from '../ui/shown.tsx';

export default function Applications() {
  const overview = useGet<OverviewJson>('/overview');
  return (
    <PortalPage title="Enterprise applications" above={[places.directory]}>
      <Shown of={overview}>
        {(found) => (
          <RowTable
            label="Enterprise applications"
            items={[found]}
            keyOf={({ clientId }) => clientId}
            columns={[
              {
                title: 'Name',
                show: () => (
                  <Anchor component={Link} to={places.application.to} size="sm">
                    {places.application.label}
                  </Anchor>
                ),
              },
              { title: 'Object ID', show: ({ objectId }) => <span className="code">{objectId}</span> },
              { title: 'Application ID', show: ({ clientId }) => <span className="code">{clientId}</span> },
            ]}
          />
        )}
      </Shown>
    </PortalPage>
  );
}
