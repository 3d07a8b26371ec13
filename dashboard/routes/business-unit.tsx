// Business unit: to be written.

import { Page } from '../ui/page.tsx';

export default function BusinessUnitPage() {
  return <Page title="Business unit" permission="businessUnits:read" />;
}
