// Settings of the whole installation, section by section; each has its own address.

import { Tabs } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { useSession } from '../session.tsx';
import { Page } from '../ui/page.tsx';
import { Administrators } from './settings-administrators.tsx';
import { ApiKeys } from './settings-api-keys.tsx';
import { GuardLimits } from './settings-guard.tsx';
import { TrustedNetworks } from './settings-networks.tsx';
import { SessionRules } from './settings-sessions.tsx';

const sections: readonly {
  name: string;
  title: string;
  /** One of them is enough. */
  permissions: readonly string[];
  show: ComponentType;
}[] = [
  { name: 'sessions', title: 'Sessions', permissions: ['settings:read'], show: SessionRules },
  {
    name: 'trusted-networks',
    title: 'Trusted networks',
    permissions: ['settings:read'],
    show: TrustedNetworks,
  },
  { name: 'guard', title: 'Guard limits', permissions: ['providers:read'], show: GuardLimits },
  { name: 'api-keys', title: 'API keys', permissions: ['apiKeys:create', 'apiKeys:read'], show: ApiKeys },
  {
    name: 'administrators',
    title: 'Break-glass administrators',
    permissions: ['admins:read'],
    show: Administrators,
  },
];

export default function Settings() {
  const { section } = useParams({ strict: false }) as { section?: string };
  const navigate = useNavigate();
  const { may } = useSession();
  const seen = sections.filter(({ permissions }) => permissions.some(may));
  const here = seen.find(({ name }) => name === section) ?? seen[0];
  return (
    <Page
      title="Settings"
      about="What counts for the whole installation. What the configuration file declares is shown locked, and changed there."
      {...(here === undefined && { permission: 'settings:read' })}
    >
      {here && (
        <Tabs
          value={here.name}
          onChange={(name) => void navigate({ to: `/settings/${name}` as never })}
          keepMounted={false}
        >
          <Tabs.List mb="md">
            {seen.map(({ name, title }) => (
              <Tabs.Tab key={name} value={name}>
                {title}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={here.name}>
            <here.show />
          </Tabs.Panel>
        </Tabs>
      )}
    </Page>
  );
}
