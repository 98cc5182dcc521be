import { Textarea } from '@mantine/core';
import { t } from '../app/words.ts';

/** Twelve words, which no browser keeps or corrects. */
export function WordsField({ value, onChange }: { value: string; onChange: (words: string) => void }) {
  return (
    <Textarea
      size="md"
      label={t('accounts.recover.words')}
      description={t('accounts.recover.words.hint')}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoComplete="off"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      rows={3}
    />
  );
}
