// The stores of signing in, of what an engine lends: one set of scripts for both.

import type { SignInStores } from '../../sign-in.ts';
import type { Hands } from '../hands.ts';
import { apiKeys } from './api-keys.ts';
import { identities } from './identities.ts';
import { localAdmins } from './local-admins.ts';
import { ownSettings } from './own-settings.ts';
import { refusals } from './refusals.ts';
import { sessions } from './sessions.ts';

export function signInStores(hands: Hands): { stores: SignInStores; flush(): Promise<void> } {
  const ofSessions = sessions(hands);
  const ofKeys = apiKeys(hands);
  return {
    stores: {
      sessions: ofSessions.store,
      localAdmins: localAdmins(hands),
      apiKeys: ofKeys.store,
      identities: identities(hands),
      ownSettings: ownSettings(hands),
      refusals: refusals(hands),
    },
    /** Resolves when what was noted of their use is written. */
    async flush() {
      await Promise.all([ofSessions.flush(), ofKeys.flush()]);
    },
  };
}
