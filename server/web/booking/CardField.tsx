import { TextInput } from '@mantine/core';
import { useState } from 'react';
import type { PlugpactError } from '../../../protocol/errors.ts';
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

/** The UID of a guest's card; says what is wrong with it once the reader has left the field. */
export function CardField({ typed, onChange }: Props) {
  const [isLeft, setLeft] = useState(false);
  return (
    <TextInput
      label="Card UID"
      description="Of any RFID card your guest carries. It is told to the host’s agent alone, sealed."
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
