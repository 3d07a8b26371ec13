// One team: what is shown of it is what business units and teams share.

import { TargetPage } from '../ui/target-pages.tsx';

export default function TeamPage() {
  return <TargetPage base="teams" />;
}
