// Users: to be written.

import { Page } from '../ui/page.tsx';

export default function UsersPage() {
  return <Page title="Users" permission="users:read" />;
}
