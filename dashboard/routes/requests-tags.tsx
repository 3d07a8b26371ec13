// A habit of the sender, with what it means on hover and focus.

import { Tooltip } from '@mantine/core';
import type { RequestTagJson } from '../../src/edge/admin/contract.ts';
import { Mark } from '../ui/badges.tsx';

export function Tag({ tag, known }: { tag: string; known: readonly RequestTagJson[] }) {
  const meaning = meaningOf(tag, known);
  return (
    <Tooltip label={meaning.words} multiline maw={340} events={{ hover: true, focus: true, touch: true }}>
      <span tabIndex={0} style={{ cursor: 'help', minWidth: 0 }}>
        <Mark tone="plain">{meaning.title}</Mark>
      </span>
    </Tooltip>
  );
}

/** Of a family, the name behind the colon is said as well. */
export function meaningOf(tag: string, known: readonly RequestTagJson[]): { title: string; words: string } {
  const [family, ...rest] = tag.split(':');
  const found = known.find((each) => each.tag === tag) ?? known.find((each) => each.tag === family);
  if (!found) return { title: tag, words: 'A habit of the sender that was understood.' };
  const title = found.isFamily ? `${found.title}: ${rest.join(':')}` : found.title;
  return { title, words: found.meaning };
}
