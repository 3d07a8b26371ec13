// Part of a name, written into the address while one types.

import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useAddress } from '../address.ts';

const WAIT_MS = 200;

export function SearchBox({ label, name = 'search' }: { label: string; name?: string }) {
  const [address, change] = useAddress();
  const wanted = address[name] ?? '';
  const [written, setWritten] = useState(wanted);
  useEffect(() => setWritten(wanted), [wanted]);
  const follow = useDebouncedCallback((text: string, page: string) => {
    // The page may be left by now, and still be seen until the next has loaded.
    if (location.pathname === page) change({ [name]: text || undefined }, { isTyping: true });
  }, WAIT_MS);
  const write = (text: string) => {
    setWritten(text);
    follow(text, location.pathname);
  };
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      value={written}
      onChange={(event) => write(event.currentTarget.value)}
      leftSection={<IconSearch size={16} />}
      rightSection={
        written && <CloseButton size="sm" aria-label="Clear the search" onClick={() => write('')} />
      }
      w={{ base: '100%', xs: 280 }}
    />
  );
}
