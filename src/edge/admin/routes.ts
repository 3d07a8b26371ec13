// All routes of the admin API: what is mounted, what the OpenAPI document describes, what the table of roles tests.

import { accessRoutes } from './access-answer.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { appPermissionRoutes } from './app-permissions.ts';
import { batchRoutes } from './batches.ts';
import { directoryRoutes } from './directories.ts';
import { doctorRoutes } from './doctor.ts';
import { driftRoutes } from './drift.ts';
import { eventRoutes } from './events.ts';
import { evidenceRoutes } from './evidence.ts';
import { exportRoutes } from './export.ts';
import { guardRoutes } from './guard.ts';
import { importRoutes } from './imports.ts';
import { jobRoutes } from './jobs.ts';
import { keyRoutes } from './keys.ts';
import { linkRoutes } from './links.ts';
import { liveRoutes } from './live-route.ts';
import { localAdminRoutes } from './local-admins.ts';
import { localEntraRoutes } from './local-entra.ts';
import { manualGrantRoutes } from './manual-grants.ts';
import { mappingRoutes } from './mappings.ts';
import { meRoutes } from './me.ts';
import { noticeRoutes } from './notices.ts';
import { ownPasswordRoutes } from './own-password.ts';
import { pastExportRoutes } from './past-export.ts';
import { planRoutes } from './plans.ts';
import { providerHealthRoutes } from './provider-health.ts';
import { providerReconciliationRoutes } from './provider-reconciliation.ts';
import { providerRemovalRoutes } from './provider-removal.ts';
import { providerRhythmRoutes } from './provider-rhythm.ts';
import { providerVerificationRoutes } from './provider-verification.ts';
import { providerRoutes } from './providers.ts';
import { reconciliationRoutes } from './reconciliations.ts';
import { removalPlanRoutes } from './removal-plan.ts';
import { requestReplayRoutes } from './request-replay.ts';
import { requestRoutes } from './requests.ts';
import { roleChangeRoutes } from './role-changes.ts';
import { roleRoutes } from './roles.ts';
import type { Route } from './route.ts';
import { rulesetRoutes } from './rulesets.ts';
import { seenAttributeRoutes } from './seen-attributes.ts';
import { sessionRuleRoutes } from './session-rules.ts';
import { sessionRoutes } from './sessions.ts';
import { systemRoutes } from './system.ts';
import { targetRoutes } from './targets.ts';
import { tokenRoutes } from './tokens.ts';
import { trustedNetworkRoutes } from './trusted-networks.ts';
import { userAccessRoutes } from './user-access.ts';
import { userAttributeRoutes } from './user-attributes.ts';
import { userRoutes } from './users.ts';
import { webhookDeliveryRoutes } from './webhook-deliveries.ts';
import { webhookRoutes } from './webhooks.ts';

export const routes: readonly Route[] = [
  ...userRoutes,
  ...userAccessRoutes,
  ...userAttributeRoutes,
  ...manualGrantRoutes,
  ...accessRoutes,
  ...targetRoutes,
  ...roleRoutes,
  ...roleChangeRoutes,
  ...appPermissionRoutes,
  ...providerRoutes,
  ...providerRemovalRoutes,
  ...removalPlanRoutes,
  ...providerHealthRoutes,
  ...providerRhythmRoutes,
  ...providerVerificationRoutes,
  ...localEntraRoutes,
  ...tokenRoutes,
  ...mappingRoutes,
  ...planRoutes,
  ...rulesetRoutes,
  ...seenAttributeRoutes,
  ...doctorRoutes,
  ...guardRoutes,
  ...batchRoutes,
  ...eventRoutes,
  ...pastExportRoutes,
  ...evidenceRoutes,
  ...liveRoutes,
  ...webhookRoutes,
  ...webhookDeliveryRoutes,
  ...reconciliationRoutes,
  ...driftRoutes,
  ...importRoutes,
  ...directoryRoutes,
  ...providerReconciliationRoutes,
  ...requestRoutes,
  ...requestReplayRoutes,
  ...exportRoutes,
  ...jobRoutes,
  ...keyRoutes,
  ...meRoutes,
  ...ownPasswordRoutes,
  ...sessionRoutes,
  ...apiKeyRoutes,
  ...linkRoutes,
  ...localAdminRoutes,
  ...trustedNetworkRoutes,
  ...sessionRuleRoutes,
  ...systemRoutes,
  ...noticeRoutes,
];
