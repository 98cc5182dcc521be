import { Button, CopyButton, Group, Loader, Modal, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy, IconExternalLink } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { t } from '../app/words.ts';
import QrCode from './QrCode.tsx';
import { useWallet } from './walletContext.ts';

const SLOW_MS = 10_000;
/** The code is long: its squares must be large enough for a camera. */
const QR_PX = 280;

/** Pairs a wallet app: by a code for another device, by a link on this one. */
export default function PairWalletApp({ onClose }: { onClose: () => void }) {
  const { busy, error, uri, host, setHere, act } = usePairing(onClose);
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={false}
      title={t('accounts.walletApp.title')}
      closeButtonProps={{ 'aria-label': t('accounts.cancel') }}
      centered
    >
      <Stack gap="md" align="stretch">
        {busy && uri === undefined ? <Opening host={host} /> : null}
        {busy && uri !== undefined ? <Code uri={uri} onHere={setHere} /> : null}
        <Failure error={error} moved={t('accounts.money.nothingMoved')} />
        {busy ? null : (
          <Button variant="default" onClick={() => act()}>
            {t('app.retry')}
          </Button>
        )}
        <Text size="xs" c="dimmed">
          {t('accounts.walletApp.relay', { host })}
        </Text>
      </Stack>
    </Modal>
  );
}

function usePairing(onClose: () => void) {
  const { ledger, config } = useMarket();
  const { role, choose } = useWallet();
  const [uri, setUri] = useState<string>();
  const leaving = useRef<AbortController>(undefined);
  const isHere = useRef(false);
  const { act, busy, error } = useAction(async () => {
    setUri(undefined);
    leaving.current = new AbortController();
    const { signal } = leaving.current;
    const { connectWalletApp } = await import('./browserWallets.ts');
    const { appLink, ...wallet } = await connectWalletApp(ledger, role, setUri, signal);
    // An app that scanned the code is on another device: a link to it would lead nowhere here.
    choose({ ...wallet, ...(isHere.current && appLink !== undefined && { appLink }) });
    onClose();
  });
  const isBegun = useRef(false);
  // The click that opened the dialog asks for the code, once.
  useEffect(() => {
    if (isBegun.current) return;
    isBegun.current = true;
    void act();
  });
  useEffect(() => () => leaving.current?.abort(), []);
  const host = config.walletConnect === null ? '' : new URL(config.walletConnect.relayUrl).host;
  const setHere = () => {
    isHere.current = true;
  };
  return { act, busy, error, uri, host, setHere };
}

function Opening({ host }: { host: string }) {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Group wrap="nowrap" role="status">
      <Loader size="sm" aria-hidden />
      <Text size="sm">{t(isSlow ? 'accounts.walletApp.slow' : 'accounts.walletApp.opening', { host })}</Text>
    </Group>
  );
}

function Code({ uri, onHere }: { uri: string; onHere: () => void }) {
  return (
    <>
      <Text size="sm" role="status">
        {t('accounts.walletApp.scan')}
      </Text>
      <Group justify="center" data-pairing={uri}>
        <QrCode text={uri} label={t('accounts.walletApp.code')} px={QR_PX} />
      </Group>
      <Button
        component="a"
        href={uri}
        variant="light"
        onClick={onHere}
        leftSection={<IconExternalLink size={18} aria-hidden />}
      >
        {t('accounts.walletApp.here')}
      </Button>
      <CopyButton value={uri}>
        {({ copied, copy }) => (
          <Button
            variant="subtle"
            onClick={copy}
            leftSection={copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
          >
            {copied ? t('accounts.copied') : t('accounts.walletApp.copy')}
          </Button>
        )}
      </CopyButton>
    </>
  );
}
