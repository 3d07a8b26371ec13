// Role: to be written.

import { Page } from '../ui/page.tsx';

export default function RolePage() {
  return <Page title="Role" permission="roles:read" />;
}
