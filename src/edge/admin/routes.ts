// All routes of the admin API: what is mounted, what the OpenAPI document describes, what the table of roles tests.

import { accessRoutes } from './access-answer.ts';
import { eventRoutes } from './events.ts';
import { exportRoutes } from './export.ts';
import { jobRoutes } from './jobs.ts';
import { keyRoutes } from './keys.ts';
import { manualGrantRoutes } from './manual-grants.ts';
import { mappingRoutes } from './mappings.ts';
import { providerHealthRoutes } from './provider-health.ts';
import { providerRemovalRoutes } from './provider-removal.ts';
import { providerRoutes } from './providers.ts';
import { removalPlanRoutes } from './removal-plan.ts';
import { requestRoutes } from './requests.ts';
import { roleRoutes } from './roles.ts';
import type { Route } from './route.ts';
import { systemRoutes } from './system.ts';
import { targetRoutes } from './targets.ts';
import { tokenRoutes } from './tokens.ts';
import { userAccessRoutes } from './user-access.ts';
import { userRoutes } from './users.ts';

export const routes: readonly Route[] = [
  ...userRoutes,
  ...userAccessRoutes,
  ...manualGrantRoutes,
  ...accessRoutes,
  ...targetRoutes,
  ...roleRoutes,
  ...providerRoutes,
  ...providerRemovalRoutes,
  ...removalPlanRoutes,
  ...providerHealthRoutes,
  ...tokenRoutes,
  ...mappingRoutes,
  ...eventRoutes,
  ...requestRoutes,
  ...exportRoutes,
  ...jobRoutes,
  ...keyRoutes,
  ...systemRoutes,
];
