// The table of commands: what there is, in the order in which help shows it.

import type { Command } from './command.ts';

import { adminReset } from './commands/admin-reset.ts';
import { apiKeyCreate } from './commands/api-key-create.ts';
import { apiKeyList } from './commands/api-key-list.ts';
import { apiKeyRevoke } from './commands/api-key-revoke.ts';

import { batchApprove, batchDrop, batchUndo } from './commands/batch-decide.ts';
import { batchList } from './commands/batch-list.ts';
import { batchShow } from './commands/batch-show.ts';
import { doctor } from './commands/doctor.ts';
import { evidence } from './commands/evidence.ts';
import { evidenceVerify } from './commands/evidence-verify.ts';
import { explain } from './commands/explain.ts';
import { exportAll } from './commands/export.ts';
import { importAll } from './commands/import.ts';
import { keyRotate } from './commands/key-rotate.ts';
import { plan } from './commands/plan.ts';
import { providerAdd } from './commands/provider-add.ts';
import { providerDisable, providerEnable } from './commands/provider-disable.ts';
import { providerDisableScim } from './commands/provider-disable-scim.ts';
import { providerEnableScim } from './commands/provider-enable-scim.ts';
import { providerImport } from './commands/provider-import.ts';
import { providerList } from './commands/provider-list.ts';
import { providerPending } from './commands/provider-pending.ts';
import { providerRemove } from './commands/provider-remove.ts';
import { providerSetSecret } from './commands/provider-set-secret.ts';
import { providerVerify } from './commands/provider-verify.ts';
import { reconcile } from './commands/reconcile.ts';
import { reconcileDrift } from './commands/reconcile-drift.ts';
import { reconcileApply, reconcileCancel, reconcileDiscard } from './commands/reconcile-end.ts';
import { reconcileExport } from './commands/reconcile-export.ts';
import { reconcileList } from './commands/reconcile-list.ts';
import { reconcileHeal, reconcileIgnore, reconcileUnignore } from './commands/reconcile-rows.ts';
import { reconcileShow } from './commands/reconcile-show.ts';
import { requestReplay } from './commands/request-replay.ts';
import { roleList } from './commands/role-list.ts';
import { roleShow } from './commands/role-show.ts';
import { start } from './commands/start.ts';
import { status } from './commands/status.ts';
import { tail } from './commands/tail.ts';
import { tokenList } from './commands/token-list.ts';
import { tokenRevoke } from './commands/token-revoke.ts';
import { tokenRotate } from './commands/token-rotate.ts';
import { userList } from './commands/user-list.ts';
import { userPurge } from './commands/user-purge.ts';
import { userShow } from './commands/user-show.ts';
import { verify } from './commands/verify.ts';
import { webhookAdd } from './commands/webhook-add.ts';
import { webhookDeliveries } from './commands/webhook-deliveries.ts';
import { webhookList } from './commands/webhook-list.ts';
import { webhookPause, webhookResume } from './commands/webhook-pause.ts';
import { webhookRemove } from './commands/webhook-remove.ts';
import { webhookRotate } from './commands/webhook-rotate.ts';
import { webhookTest } from './commands/webhook-test.ts';

export const commands: readonly Command[] = [
  start,
  status,
  providerAdd,
  providerList,
  providerVerify,
  providerSetSecret,
  providerEnableScim,
  providerDisableScim,
  providerDisable,
  providerEnable,
  providerPending,
  providerImport,
  providerRemove,
  tokenRotate,
  tokenList,
  tokenRevoke,
  userList,
  userShow,
  userPurge,
  requestReplay,
  roleList,
  roleShow,
  batchList,
  batchShow,
  batchApprove,
  batchDrop,
  batchUndo,
  apiKeyCreate,
  apiKeyList,
  apiKeyRevoke,
  webhookList,
  webhookAdd,
  webhookTest,
  webhookRotate,
  webhookPause,
  webhookResume,
  webhookRemove,
  webhookDeliveries,
  reconcile,
  reconcileList,
  reconcileShow,
  reconcileDrift,
  reconcileExport,
  reconcileHeal,
  reconcileIgnore,
  reconcileUnignore,
  reconcileCancel,
  reconcileApply,
  reconcileDiscard,
  explain,
  evidence,
  evidenceVerify,
  plan,
  doctor,
  tail,
  verify,
  exportAll,
  importAll,
  keyRotate,
  adminReset,
];
