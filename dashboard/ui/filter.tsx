// A choice that narrows a list, kept in the address.

import { Select } from '@mantine/core';
import { useAddress } from '../address.ts';

interface FilterProps {
  /** Its name in the address. */
  name: string;
  label: string;
  options: readonly { value: string; label: string }[];
  /** What no choice is called: `All statuses`. */
  all: string;
  w?: number;
}

export function Filter({ name, label, options, all, w = 170 }: FilterProps) {
  const [address, change] = useAddress();
  const value = address[name] ?? null;
  const isKnown = value === null || options.some((each) => each.value === value);
  const data = isKnown ? options : [...options, { value, label: value }];
  return (
    <Select
      aria-label={label}
      placeholder={all}
      data={[...data]}
      value={value}
      onChange={(chosen) => change({ [name]: chosen ?? undefined })}
      clearable
      searchable={options.length > 8}
      w={w}
    />
  );
}
