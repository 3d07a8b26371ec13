// User Provisioning: to be written.

import { Page } from '../ui/page.tsx';

export default function UserProvisioningPage() {
  return <Page title="User Provisioning" permission="providers:read" />;
}
