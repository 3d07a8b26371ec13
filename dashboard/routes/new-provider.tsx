// Add a provider: to be written.

import { Page } from '../ui/page.tsx';

export default function NewProviderPage() {
  return <Page title="Add a provider" permission="providers:create" />;
}
