import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type Address, getAddress, isAddress } from 'viem';
import { t } from '../app/words.ts';

/** Where the money goes: an exchange or a wallet of the host's. */
export function PayOut({ busy, onPay }: { busy: boolean; onPay: (to: Address) => void }) {
  const [to, setTo] = useState('');
  const text = to.trim();
  // A checksum that is there must fit: it catches a mistyped letter.
  const isGood = isAddress(text);
  return (
    <Group align="flex-end" wrap="nowrap" gap="xs">
      <TextInput
        flex={1}
        label={t('listing.earnings.to')}
        description={t('listing.earnings.to.hint')}
        value={to}
        onChange={({ currentTarget: { value } }) => setTo(value)}
        error={text === '' || isGood ? undefined : t('listing.earnings.to.wrong')}
        autoComplete="off"
        spellCheck={false}
      />
      <Button variant="light" loading={busy} disabled={!isGood} onClick={() => onPay(getAddress(text))}>
        {t('listing.earnings.withdraw')}
      </Button>
    </Group>
  );
}
