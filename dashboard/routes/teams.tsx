// Every team: what is shown of it is what business units and teams share.

import { TargetsPage } from '../ui/target-pages.tsx';

export default function TeamsPage() {
  return <TargetsPage base="teams" />;
}
