// Who uses the dashboard, and what they may: asked once, before anything is shown. A button that would be refused is not there.

import { createContext, type ReactNode, useContext } from 'react';
import type { MeJson, StatusJson } from '../src/edge/admin/contract.ts';
import { useGet } from './queries.ts';
import { Failed, Loading } from './ui/states.tsx';

export interface Session {
  me: MeJson;
  /** `users:grant`. */
  may(permission: string): boolean;
}

const Context = createContext<Session | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
  const me = useGet<MeJson>('/me');
  if (me.isPending) return <Loading label="Opening the dashboard" />;
  if (me.error) return <Failed problem={me.error} onRetry={() => void me.refetch()} />;
  const held = new Set(me.data.permissions);
  return <Context value={{ me: me.data, may: (permission) => held.has(permission) }}>{children}</Context>;
}

export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error('useSession outside of SessionProvider');
  return session;
}

/** How the server is set up, for whoever may know. How much there is of everything is left out: counting millions holds up others. */
export function useStatus() {
  const { may } = useSession();
  return useGet<StatusJson>('/status', { query: { counts: 'false' }, enabled: may('system:read') });
}

/** Children only for whoever may. */
export function May({ do: permission, children }: { do: string; children: ReactNode }) {
  return useSession().may(permission) ? children : null;
}
