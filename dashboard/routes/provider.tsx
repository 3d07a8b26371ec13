// Provider: to be written.

import { Page } from '../ui/page.tsx';

export default function ProviderPage() {
  return <Page title="Provider" permission="providers:read" />;
}
