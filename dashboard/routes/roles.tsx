// Roles & Permissions: to be written.

import { Page } from '../ui/page.tsx';

export default function RolesPage() {
  return <Page title="Roles & Permissions" permission="roles:read" />;
}
