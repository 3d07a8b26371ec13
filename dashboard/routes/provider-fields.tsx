// The fields of one kind of provider, for adding one and for editing it. What the server says of a field stands at it; what the
// configuration file owns is shown locked.

import {
  Anchor,
  Collapse,
  PasswordInput,
  Select,
  SimpleGrid,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconLock } from '@tabler/icons-react';
import type { ApiProblem } from '../api.ts';
import { type Field, type Kind, kinds } from './provider-kinds.ts';

/** As they stand in the form; a key that nobody touched may be missing. */
export type Values = Readonly<Record<string, string>>;

interface FieldsProps {
  kind: Kind;
  values: Values;
  onChange(key: string, value: string): void;
  problem: ApiProblem | null;
  locked?: readonly string[];
  /** Keys of secrets that are stored: leaving them empty keeps them. */
  stored?: readonly string[];
  isDevelopment: boolean;
  columns?: 1 | 2;
}

export function ProviderFields({ kind, isDevelopment, columns = 2, ...rest }: FieldsProps) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const { fields } = kinds[kind];
  const isShown = ({ key, isDevelopment: forTrying }: Field) =>
    !forTrying || isDevelopment || Boolean(rest.values[key]);
  const usual = fields.filter((field) => !field.isRare && isShown(field));
  const rare = fields.filter((field) => field.isRare);
  const isWrong = rare.some(({ key }) => rest.problem?.at(`/${key}`) !== undefined);
  const grid = { cols: { base: 1, sm: columns }, verticalSpacing: 'md' };
  return (
    <Stack gap="md">
      <SimpleGrid {...grid}>
        {usual.map((field) => (
          <OneField key={field.key} field={field} {...rest} />
        ))}
      </SimpleGrid>
      {rare.length > 0 && (
        <>
          <Anchor
            component="button"
            type="button"
            size="sm"
            style={{ alignSelf: 'flex-start' }}
            onClick={toggle}
            aria-expanded={isOpen || isWrong}
          >
            {isOpen || isWrong ? 'Fewer settings' : 'More settings'}
          </Anchor>
          <Collapse expanded={isOpen || isWrong}>
            <SimpleGrid {...grid}>
              {rare.map((field) => (
                <OneField key={field.key} field={field} {...rest} />
              ))}
            </SimpleGrid>
          </Collapse>
        </>
      )}
    </Stack>
  );
}

type OneFieldProps = Omit<FieldsProps, 'kind' | 'isDevelopment' | 'columns'> & { field: Field };

function OneField({ field, values, onChange, problem, locked = [], stored = [] }: OneFieldProps) {
  const { key, label, where, placeholder, isRequired, isSecret, isList, options } = field;
  const isLocked = locked.includes(key);
  const isStored = stored.includes(key);
  const shared = {
    label,
    description: isLocked ? 'Of the configuration file.' : where,
    error: sentence(problem?.at(`/${key}`)),
    disabled: isLocked,
    ...(isLocked && { leftSection: <IconLock size={16} aria-hidden /> }),
  };
  const value = values[key] ?? '';
  const write = (written: string | null) => onChange(key, written ?? '');
  if (options) {
    return (
      <Select
        {...shared}
        data={[...options]}
        value={value || options[0]!.value}
        onChange={write}
        allowDeselect={false}
      />
    );
  }
  const typed = {
    ...shared,
    value,
    // An asterisk says it; the server says what is wrong.
    withAsterisk: isRequired === true,
    onChange: (event: { currentTarget: { value: string } }) => write(event.currentTarget.value),
    autoComplete: 'off',
    spellCheck: false,
  };
  if (isSecret) {
    const asStored = isStored ? 'Stored. Leave it empty to keep it.' : undefined;
    return (
      <PasswordInput
        {...typed}
        placeholder={asStored}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': `Show what was typed as ${label}` }}
      />
    );
  }
  if (isList) return <Textarea {...typed} placeholder={placeholder} autosize minRows={2} />;
  return <TextInput {...typed} placeholder={placeholder} />;
}

/** `is no tenant: ...` as it reads below a field. */
export function sentence(problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : problem[0]!.toUpperCase() + problem.slice(1);
}

/** What was typed as the API takes it: lists by line, and nothing that is empty. */
export function blockOf(kind: Kind, values: Values): Record<string, unknown> {
  const entries = kinds[kind].fields.flatMap(({ key, isList }) => {
    const value = values[key]?.trim() ?? '';
    if (value === '') return [];
    return [[key, isList ? value.split(/\s+/) : value] as const];
  });
  return Object.fromEntries(entries);
}

/** The other way round: what is stored, as it stands in the form. */
export function valuesOf(kind: Kind, connection: Readonly<Record<string, unknown>>): Values {
  const entries = kinds[kind].fields.map(({ key, isList }) => {
    const value = connection[key];
    if (isList) return [key, Array.isArray(value) ? value.join('\n') : ''];
    return [key, typeof value === 'string' ? value : ''];
  });
  return Object.fromEntries(entries);
}
