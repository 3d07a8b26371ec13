// Settings of the whole installation, section by section; each has its own address.

import { Tabs } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { type SettingsSection, settingsSections } from '../frame/settings-sections.ts';
import { useSession } from '../session.tsx';
import { Page } from '../ui/page.tsx';
import { Administrators } from './settings-administrators.tsx';
import { ApiKeys } from './settings-api-keys.tsx';
import { GuardLimits } from './settings-guard.tsx';
import { TrustedNetworks } from './settings-networks.tsx';
import { SessionRules } from './settings-sessions.tsx';

const shown: Readonly<Record<SettingsSection, ComponentType>> = {
  sessions: SessionRules,
  'trusted-networks': TrustedNetworks,
  guard: GuardLimits,
  'api-keys': ApiKeys,
  administrators: Administrators,
};

export default function Settings() {
  const { section } = useParams({ strict: false }) as { section?: string };
  const navigate = useNavigate();
  const { may } = useSession();
  const seen = settingsSections.filter(({ permissions }) => permissions.some(may));
  const here = seen.find(({ name }) => name === section) ?? seen[0];
  const Section = here && shown[here.name];
  return (
    <Page
      title="Settings"
      about="What counts for the whole installation. What the configuration file declares is shown locked, and changed there."
      {...(here === undefined && { permission: 'settings:read' })}
    >
      {here && Section && (
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
            <Section />
          </Tabs.Panel>
        </Tabs>
      )}
    </Page>
  );
}
