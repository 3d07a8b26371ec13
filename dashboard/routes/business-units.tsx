// Business Units: to be written.

import { Page } from '../ui/page.tsx';

export default function BusinessUnitsPage() {
  return <Page title="Business Units" permission="businessUnits:read" />;
}
