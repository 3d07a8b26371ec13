// One rule as a sentence: what of somebody gives them what.

import './mapping.css';
import { Code, Text } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { type DraftRule, type ListKey, lists } from './draft.ts';

type Said = Pick<DraftRule, 'attribute' | 'value' | 'target'>;

export function RuleSentence({ rule: { attribute, value, target }, list }: { rule: Said; list: ListKey }) {
  return (
    <Text size="sm" component="div" className="says">
      <Code>{attribute}</Code>{' '}
      {value === '*' ? (
        <span>has any value</span>
      ) : (
        <>
          is <Code>{value}</Code>
        </>
      )}{' '}
      <IconArrowRight size={14} className="gives" aria-hidden /> <span className="for-ears">gives </span>
      {target === '*' || target === '${*}' ? (
        <span>a {lists[list].one} named after it</span>
      ) : (
        <strong>{target}</strong>
      )}
    </Text>
  );
}
