import { Button, Stack, Text } from '@mantine/core';
import { IconCheck, IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { t } from '../app/words.ts';
import { publicPartOf } from './publicPart.ts';
import QrCode from './QrCode.tsx';
import type { PasskeyWallet } from './walletKinds.ts';

function save(wallet: PasskeyWallet, code: string): void {
  const text = t('accounts.file.text', { address: wallet.address, code });
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `plugpact-account-${wallet.address.slice(2, 8).toLowerCase()}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The account's public part as a file and a QR code. */
export function PublicPart({ wallet }: { wallet: PasskeyWallet }) {
  const code = publicPartOf(wallet);
  const [isSaved, setSaved] = useState(false);
  return (
    <Stack gap="sm">
      <Text size="sm">{t('accounts.file.why')}</Text>
      <Button
        variant="default"
        size="md"
        leftSection={isSaved ? <IconCheck size={18} /> : <IconDownload size={18} />}
        onClick={() => {
          save(wallet, code);
          setSaved(true);
        }}
      >
        {isSaved ? t('accounts.file.saved') : t('accounts.file.save')}
      </Button>
      <div className="pp-qr" data-code={code}>
        <QrCode text={code} label={t('accounts.file.code')} />
      </div>
    </Stack>
  );
}
