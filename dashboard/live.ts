// Pages follow what happens: what an address answers is asked again when something of its topic has changed.

import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

const EVERY_MS = 15_000;

export function useLive(): void {
  const client = useQueryClient();
  useEffect(() => {
    const timer = setInterval(() => void client.invalidateQueries(), EVERY_MS);
    return () => clearInterval(timer);
  }, [client]);
}
