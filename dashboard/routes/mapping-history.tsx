// History of the mappings: to be written.

import { Page } from '../ui/page.tsx';

export default function MappingHistoryPage() {
  return <Page title="History of the mappings" permission="mappings:read" />;
}
