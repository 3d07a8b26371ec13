// The rules of a provider in a file: what GET .../mappings answers, a block of a provider, or a whole configuration.

import { readConfigFile } from '../config-file.ts';
import type { ConfigProblem } from '../config-problem.ts';
import { keysOfRules } from '../edge/admin/rules-as-keys.ts';
import { isObject } from '../scim/json.ts';
import { CliFailure, exit, usageFailure } from './failure.ts';

export function rulesInFile(path: string, provider: { id: string; name: string }): Record<string, unknown> {
  const problems: ConfigProblem[] = [];
  const { content } = readConfigFile({ env: {}, configPath: path }, problems);
  if (problems.length > 0) {
    const lines = problems.map(({ path: where, message }) => `${where}: ${message}`);
    throw new CliFailure(exit.usage, `${path} cannot be read.`, 'Correct the file.', lines);
  }
  const block =
    isObject(content) && Array.isArray(content.providers) ? blockOf(content.providers, provider) : content;
  if (!isObject(block))
    throw usageFailure(
      `${path} has no rules of ${provider.name}.`,
      `Write one of ${keysOfRules.join(', ')}.`,
    );
  const rules = Object.fromEntries(Object.entries(block).filter(([key]) => keysOfRules.includes(key)));
  if (Object.keys(rules).length > 0) return rules;
  throw usageFailure(`${path} has no rules of ${provider.name}.`, `Write one of ${keysOfRules.join(', ')}.`);
}

function blockOf(blocks: readonly unknown[], { id, name }: { id: string; name: string }): unknown {
  return blocks.find((each) => isObject(each) && (each.name === name || each.name === id));
}
