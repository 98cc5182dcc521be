import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { t } from '../app/words.ts';

const ASKED = 3;

/** Three positions of twelve, in their order. */
function positions(count: number): number[] {
  const all = Array.from({ length: count }, (_, index) => index);
  const rolls = crypto.getRandomValues(new Uint32Array(count));
  return all
    .sort((a, b) => rolls[a]! - rolls[b]!)
    .slice(0, ASKED)
    .sort((a, b) => a - b);
}

interface Props {
  words: string;
  onBack: () => void;
  onDone: () => void;
}

/** Asks for three of the words, so that nobody goes on who did not write them down. */
export function ConfirmWords({ words, onBack, onDone }: Props) {
  const list = words.split(' ');
  const [asked] = useState(() => positions(list.length));
  const [typed, setTyped] = useState<Record<number, string>>({});
  const [isChecked, setChecked] = useState(false);
  const isRight = (index: number) => typed[index]?.trim().toLowerCase() === list[index];
  const check = () => (asked.every(isRight) ? onDone() : setChecked(true));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        check();
      }}
    >
      <Stack gap="sm">
        <Text size="sm">{t('accounts.words.check')}</Text>
        {asked.map((index, nth) => {
          const number = index + 1;
          const error = isChecked && !isRight(index) ? t('accounts.words.wrong', { number }) : undefined;
          return (
            <TextInput
              key={index}
              size="md"
              label={t('accounts.words.number', { number })}
              value={typed[index] ?? ''}
              onChange={({ currentTarget: { value } }) => setTyped((old) => ({ ...old, [index]: value }))}
              error={error}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              data-autofocus={nth === 0 || undefined}
            />
          );
        })}
        <Group justify="space-between">
          <Button variant="subtle" onClick={onBack}>
            {t('accounts.words.back')}
          </Button>
          <Button type="submit" size="md">
            {t('accounts.words.done')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
