// The rules that can give something, each as a sentence.

import { Code, List, Text } from '@mantine/core';

interface FeedingRule {
  id: string;
  attribute: string;
  value: string;
  target: string;
}

export function FeedingRules({ of }: { of: readonly FeedingRule[] }) {
  if (of.length === 0) return <Text size="sm">No rule gives it.</Text>;
  return (
    <List size="sm" spacing={4} listStyleType="none">
      {of.map(({ id, attribute, value, target }) => (
        <List.Item key={id}>
          <Code>
            {attribute} = "{value}"
          </Code>{' '}
          gives <Code>{target}</Code>
        </List.Item>
      ))}
    </List>
  );
}
