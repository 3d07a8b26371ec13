// Attribute Mapping: to be written.

import { Page } from '../ui/page.tsx';

export default function AttributeMappingPage() {
  return <Page title="Attribute Mapping" permission="mappings:read" />;
}
