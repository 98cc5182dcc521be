import { Button, Divider, FileButton, Modal, Stack, Text, Textarea } from '@mantine/core';
import { IconFileUpload, IconFingerprint } from '@tabler/icons-react';
import { useState } from 'react';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { t } from '../app/words.ts';
import { findAccount } from './passkeyAccount.ts';
import { recoverAccount } from './publicPart.ts';
import { useWallet } from './WalletProvider.tsx';
import { WordsField } from './WordsField.tsx';

/** Opens an account that there is: by its passkey, or on any page of its market by its words and its file. */
export default function OpenAccount({ onClose }: { onClose: () => void }) {
  const { config } = useMarket();
  const { role, choose } = useWallet();
  const passkey = useAction(async () => {
    choose(await findAccount(role, config));
    onClose();
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('accounts.recover.title')}
      closeButtonProps={{ 'aria-label': t('accounts.cancel') }}
      centered
    >
      <Stack gap="sm">
        <Button
          size="md"
          leftSection={<IconFingerprint size={20} />}
          loading={passkey.busy}
          onClick={() => passkey.act()}
        >
          {t('accounts.recover.passkey')}
        </Button>
        <Text size="xs" c="dimmed">
          {t('accounts.recover.passkey.hint')}
        </Text>
        <Failure error={passkey.error} />
        <Divider label={t('accounts.recover.or')} />
        <ByWords onDone={onClose} />
      </Stack>
    </Modal>
  );
}

function ByWords({ onDone }: { onDone: () => void }) {
  const { config } = useMarket();
  const { role, choose } = useWallet();
  const [publicPart, setPublicPart] = useState('');
  const [words, setWords] = useState('');
  const { act, busy, error } = useAction(async () => {
    choose(recoverAccount(role, config, { words, publicPart }));
    onDone();
  });
  const openFile = async (file: File | null) => {
    if (file !== null) setPublicPart(await file.text());
  };
  return (
    <>
      <Textarea
        size="md"
        label={t('accounts.recover.file')}
        description={t('accounts.recover.file.hint')}
        value={publicPart}
        onChange={({ currentTarget: { value } }) => setPublicPart(value)}
        spellCheck={false}
        rows={3}
      />
      <FileButton onChange={openFile} accept="text/plain,.txt">
        {(props) => (
          <Button {...props} variant="default" size="md" leftSection={<IconFileUpload size={18} />}>
            {t('accounts.recover.file.open')}
          </Button>
        )}
      </FileButton>
      <WordsField value={words} onChange={setWords} />
      <Failure error={error} />
      <Button
        variant="light"
        size="md"
        loading={busy}
        disabled={words.trim() === '' || publicPart.trim() === ''}
        onClick={() => act()}
      >
        {t('accounts.recover.now')}
      </Button>
    </>
  );
}
