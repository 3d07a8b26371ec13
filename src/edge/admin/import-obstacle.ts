// Why nobody can be brought from the directory of a provider: SCIM alone makes its users.

import type { Provider } from '../../identity/provider.ts';

/** null where nothing is in the way. */
export function importObstacle({
  name,
  scimEnabled,
  settings,
}: Provider): { detail: string; advice: string } | null {
  if (!scimEnabled || settings.claimsSyncMode !== 'scim') return null;
  return {
    detail: `SCIM alone makes users of ${name} (claimsSyncMode "scim"): assign people in the directory and let it provision them, or set claimsSyncMode to "both".`,
    advice: `Who is assigned and has not arrived: bifrost provider pending ${name}`,
  };
}
