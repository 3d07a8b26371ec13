// What stands in the menu, in which order, and who sees it.

import {
  IconArrowsExchange,
  IconBuilding,
  IconClipboardList,
  IconDownload,
  IconHandStop,
  IconHistory,
  IconPlugConnected,
  IconSettings,
  IconShieldLock,
  IconUsers,
  IconUsersGroup,
  IconWebhook,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { settingsPermissions } from './settings-sections.ts';

export interface Place {
  label: string;
  to: string;
  icon: ComponentType<{ size?: number; stroke?: number }>;
  /** Whoever has none of them does not see the place. */
  permissions: readonly string[];
}

export interface PlaceGroup {
  label: string;
  places: readonly Place[];
}

export const navigation: readonly PlaceGroup[] = [
  {
    label: 'Governance',
    places: [
      {
        label: 'User Provisioning',
        to: '/governance/user-provisioning',
        icon: IconPlugConnected,
        permissions: ['providers:read'],
      },
      { label: 'Users', to: '/governance/users', icon: IconUsers, permissions: ['users:read'] },
      { label: 'Teams', to: '/governance/teams', icon: IconUsersGroup, permissions: ['teams:read'] },
      {
        label: 'Business Units',
        to: '/governance/business-units',
        icon: IconBuilding,
        permissions: ['businessUnits:read'],
      },
      {
        label: 'Roles & Permissions',
        to: '/governance/roles',
        icon: IconShieldLock,
        permissions: ['roles:read'],
      },
    ],
  },
  {
    label: 'Activity',
    places: [
      {
        label: 'Requests',
        to: '/governance/requests',
        icon: IconArrowsExchange,
        permissions: ['requests:read'],
      },
      {
        label: 'Reconciliation',
        to: '/governance/reconciliation',
        icon: IconClipboardList,
        permissions: ['reconciliations:read'],
      },
      {
        label: 'Import',
        to: '/governance/import',
        icon: IconDownload,
        permissions: ['reconciliations:import'],
      },
      { label: 'Held batches', to: '/governance/held', icon: IconHandStop, permissions: ['guard:read'] },
      { label: 'Audit', to: '/governance/audit', icon: IconHistory, permissions: ['audit:read'] },
    ],
  },
  {
    label: 'System',
    places: [
      { label: 'Webhooks', to: '/governance/webhooks', icon: IconWebhook, permissions: ['webhooks:read'] },
      { label: 'Settings', to: '/settings', icon: IconSettings, permissions: settingsPermissions },
    ],
  },
];
