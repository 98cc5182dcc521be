import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { t } from '../app/words.ts';
import { isLocked, unlock } from './recoveryKey.ts';
import { WordsField } from './WordsField.tsx';
import type { PasskeyWallet } from './walletKinds.ts';

/** Asks for the words of a recovered account where this tab does not have them. */
export default function Unlock({ wallet }: { wallet: PasskeyWallet }) {
  const [locked, setLocked] = useState(() => isLocked(wallet));
  const [words, setWords] = useState('');
  const { act, error } = useAction(async () => {
    unlock(wallet, words);
    setLocked(false);
  });
  if (!locked) return null;
  return (
    <Stack gap="xs">
      <Text size="sm">{t('accounts.unlock.why')}</Text>
      <WordsField value={words} onChange={setWords} />
      <Failure error={error} />
      <Button variant="light" size="md" disabled={words.trim() === ''} onClick={() => act()}>
        {t('accounts.unlock')}
      </Button>
    </Stack>
  );
}
