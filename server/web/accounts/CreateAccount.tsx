import { Button, Group, Loader, Modal, Stack, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { t } from '../app/words.ts';
import { ConfirmWords } from './ConfirmWords.tsx';
import { PublicPart } from './PublicPart.tsx';
import { createAccount, type NewAccount } from './passkeyAccount.ts';
import { useWallet } from './WalletProvider.tsx';

/** Makes a passkey's account: the passkey, the twelve words with the account file, and three of the words again. */
export default function CreateAccount({ onClose }: { onClose: () => void }) {
  const { config } = useMarket();
  const { role, choose } = useWallet();
  const [made, setMade] = useState<NewAccount>();
  const [isWritten, setWritten] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  const { act, busy, error } = useAction(async () => {
    setMade(await createAccount(role, config, t(`accounts.create.${role}`)));
  });
  const isAsked = useRef(false);
  // The click that opened the dialog asks for the passkey, once.
  useEffect(() => {
    if (isAsked.current) return;
    isAsked.current = true;
    void act();
  });
  const close = () => (made === undefined ? onClose() : setLeaving(true));
  const finish = () => {
    if (made !== undefined) choose(made.wallet);
    onClose();
  };
  return (
    <Modal
      opened
      onClose={close}
      closeOnClickOutside={false}
      title={made === undefined ? t('accounts.create') : t('accounts.words.title')}
      closeButtonProps={{ 'aria-label': t('accounts.cancel') }}
      centered
    >
      <Stack gap="md">
        {isLeaving ? <Leaving onStay={() => setLeaving(false)} onLeave={onClose} /> : null}
        {made === undefined ? <Asking busy={busy} error={error} onAgain={act} /> : null}
        {made === undefined || isWritten ? null : <Written made={made} onNext={() => setWritten(true)} />}
        {made === undefined || !isWritten ? null : (
          <ConfirmWords words={made.words} onBack={() => setWritten(false)} onDone={finish} />
        )}
      </Stack>
    </Modal>
  );
}

function Asking({ busy, error, onAgain }: { busy: boolean; error: Error | undefined; onAgain: () => void }) {
  return (
    <>
      {busy ? (
        <Group wrap="nowrap" role="status">
          <Loader size="sm" aria-hidden />
          <Text>{t('accounts.create.waiting')}</Text>
        </Group>
      ) : null}
      <Failure error={error} />
      {error === undefined ? null : <Button onClick={onAgain}>{t('accounts.create.again')}</Button>}
    </>
  );
}

const numbered = (words: string) => words.split(' ').map((word, index) => ({ place: index + 1, word }));

function Written({ made, onNext }: { made: NewAccount; onNext: () => void }) {
  return (
    <>
      <Text size="sm">{t('accounts.words.why')}</Text>
      <ol className="pp-words" aria-label={t('accounts.words.list')} translate="no">
        {numbered(made.words).map(({ place, word }) => (
          <li key={place}>
            <span>{place}</span>
            {word}
          </li>
        ))}
      </ol>
      <Text fw={600}>{t('accounts.file.title')}</Text>
      <PublicPart wallet={made.wallet} />
      <Button size="md" onClick={onNext}>
        {t('accounts.words.next')}
      </Button>
    </>
  );
}

function Leaving({ onStay, onLeave }: { onStay: () => void; onLeave: () => void }) {
  return (
    <Stack className="pp-card" gap="xs" role="alert">
      <Text size="sm">{t('accounts.create.stop')}</Text>
      <Group justify="flex-end">
        <Button variant="subtle" color="red" onClick={onLeave}>
          {t('accounts.leave.now')}
        </Button>
        <Button variant="default" onClick={onStay}>
          {t('accounts.cancel')}
        </Button>
      </Group>
    </Stack>
  );
}
