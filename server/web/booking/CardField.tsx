import { TextInput } from '@mantine/core';
import { useState } from 'react';
import type { PlugpactError } from '../../../protocol/errors.ts';
import { t } from '../app/words.ts';
import { requireUid } from './card.ts';

interface Props {
  typed: string;
  onChange: (typed: string) => void;
}

function whyNot(typed: string): string | undefined {
  try {
    requireUid(typed);
    return undefined;
  } catch (error) {
    const { rule, remedy } = error as PlugpactError;
    return `${rule} ${remedy}`;
  }
}

/** Field for the UID of a guest's card; shows an error once the reader has left it. */
export function CardField({ typed, onChange }: Props) {
  const [isLeft, setLeft] = useState(false);
  return (
    <TextInput
      label={t('booking.card.uid')}
      description={t('booking.card.uidHow')}
      placeholder="04:A2:B3:C4"
      value={typed}
      onChange={(event) => onChange(event.currentTarget.value)}
      onBlur={() => setLeft(true)}
      error={isLeft && typed !== '' ? whyNot(typed) : undefined}
      maxLength={32}
      autoComplete="off"
      autoCapitalize="characters"
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
    />
  );
}
