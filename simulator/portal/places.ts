// The addresses of the portal's pages, by the names that its menu and its breadcrumbs have for them.

export const APPLICATION = 'Bifrost Enterprise';

const application = '/enterprise-applications/bifrost';
const provisioning = `${application}/provisioning`;

export const places = {
  directory: { label: 'Microsoft Entra ID', to: '/' },
  users: { label: 'Users', to: '/users' },
  groups: { label: 'Groups', to: '/groups' },
  deletedUsers: { label: 'Deleted users', to: '/deleted-users' },
  applications: { label: 'Enterprise applications', to: '/enterprise-applications' },
  application: { label: APPLICATION, to: application },
  assignments: { label: 'Users and groups', to: `${application}/users-and-groups` },
  provisioning: { label: 'Provisioning', to: provisioning },
  settings: { label: 'Provisioning settings', to: `${provisioning}/settings` },
  onDemand: { label: 'Provision on demand', to: `${provisioning}/on-demand` },
  logs: { label: 'Provisioning logs', to: `${provisioning}/logs` },
} as const;

export interface Place {
  label: string;
  to: string;
}

/** What stands above a page of the application. */
export const aboveApplication: readonly Place[] = [places.directory, places.applications, places.application];
export const aboveProvisioning: readonly Place[] = [...aboveApplication, places.provisioning];

export const mappingNames = {
  user: 'Provision Microsoft Entra ID Users',
  group: 'Provision Microsoft Entra ID Groups',
} as const;

/** `$kind` for the router. */
export const mappingPlace = (kind: 'user' | 'group' | '$kind'): string => `${provisioning}/mappings/${kind}`;
