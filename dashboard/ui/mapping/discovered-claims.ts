// Discover Claims: a sign-in in a pop-up, of which the server hands on what the token held. It stays in this page and is kept
// nowhere: it is about whoever signed in.

import { useEffect, useRef, useState } from 'react';
import { sayProblem } from '../../queries.ts';

/** A claim as rules name it, with the texts that they would match. */
export interface TokenClaim {
  name: string;
  texts: readonly string[];
}

export interface Discovery {
  /** null: nobody has asked yet. */
  claims: readonly TokenClaim[] | null;
  isOpen: boolean;
  open(): void;
}

const LOOK_MS = 500;
const LEVELS = 4;
const LOOKS = 'popup,width=560,height=760';

/** What every token holds about itself: no rule goes by it. */
const aboutToken: ReadonlySet<string> = new Set(
  'acr aio amr at_hash aud auth_time azp c_hash exp iat iss jti login_hint nbf nonce rh s_hash sid typ uti ver'.split(
    ' ',
  ),
);

export function useDiscovery(provider: string): Discovery {
  const [claims, setClaims] = useState<readonly TokenClaim[] | null>(null);
  const [isOpen, setIsOpen] = useState(false);
  const popUp = useRef<Window | null>(null);
  useEffect(() => {
    const take = ({ origin, source, data }: MessageEvent) => {
      if (origin !== location.origin || source !== popUp.current || data?.bifrost !== 'claims') return;
      setClaims(claimsOf(data.claims));
      popUp.current?.close();
    };
    addEventListener('message', take);
    return () => removeEventListener('message', take);
  }, []);
  useEffect(() => {
    if (!isOpen) return;
    const timer = setInterval(() => popUp.current?.closed !== false && setIsOpen(false), LOOK_MS);
    return () => clearInterval(timer);
  }, [isOpen]);
  return {
    claims,
    isOpen,
    open() {
      const address = `/workspace/scim/discover-claims?provider=${encodeURIComponent(provider)}`;
      popUp.current = window.open(address, 'bifrost-discover-claims', LOOKS);
      setIsOpen(popUp.current !== null);
      if (popUp.current === null) {
        sayProblem(
          new Error('The browser did not open the window for signing in. Allow pop-ups of this page.'),
        );
      }
    },
  };
}

function claimsOf(payload: unknown): TokenClaim[] {
  const found = new Map<string, string[]>();
  eachText('', payload, 0, (name, text) => {
    found.set(name, [...(found.get(name) ?? []), text]);
  });
  return [...found].map(([name, texts]) => ({ name, texts }));
}

/** Parts of objects have their path as the name, and elements of lists the list's. */
function eachText(
  name: string,
  value: unknown,
  level: number,
  tell: (name: string, text: string) => void,
): void {
  if (value === null || value === undefined || value === '') return;
  if (typeof value !== 'object') tell(name, String(value));
  else if (Array.isArray(value)) {
    for (const each of value) if (!Array.isArray(each)) eachText(name, each, level, tell);
  } else if (level < LEVELS) {
    for (const [key, inner] of Object.entries(value)) {
      if (level === 0 && aboutToken.has(key)) continue;
      eachText(name === '' ? key : `${name}.${key}`, inner, level + 1, tell);
    }
  }
}
