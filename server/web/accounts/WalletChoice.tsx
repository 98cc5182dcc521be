import { Alert, Anchor, Avatar, Button, Divider, Stack, Text } from '@mantine/core';
import { IconDeviceMobile, IconFingerprint, IconFlask, IconWallet } from '@tabler/icons-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { zeroAddress } from 'viem';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { rich, t } from '../app/words.ts';
import type { FoundWallet } from './browserWallets.ts';
import { isAddressHost, localhostUrl } from './passkeyHost.ts';
import { useWallet } from './WalletProvider.tsx';

const CreateAccount = lazy(() => import('./CreateAccount.tsx'));
const OpenAccount = lazy(() => import('./OpenAccount.tsx'));
const PairWalletApp = lazy(() => import('./PairWalletApp.tsx'));

/** The wallets that announced themselves in this browser; undefined until they were looked for. */
function useFoundWallets(): FoundWallet[] | undefined {
  const { ledger } = useMarket();
  const [found, setFound] = useState<FoundWallet[]>();
  useEffect(() => {
    let end = () => {};
    let ended = false;
    import('./browserWallets.ts').then(({ watchWallets }) => {
      if (!ended) end = watchWallets(ledger, setFound);
    });
    return () => {
      ended = true;
      end();
    };
  }, [ledger]);
  return found;
}

/** Why no passkey can be made here, or undefined where one can. */
type NoPasskey = 'address' | 'browser' | 'relay';

function useNoPasskey(): NoPasskey | undefined {
  const { relayer, passkeyVerifier } = useMarket().config;
  if (relayer === zeroAddress || passkeyVerifier === null) return 'relay';
  if (isAddressHost(location.hostname)) return 'address';
  return typeof globalThis.PublicKeyCredential === 'function' ? undefined : 'browser';
}

/** Offers an account: by passkey first, then by a wallet of the browser, and a demo key on the local ledger. */
export function WalletChoice() {
  const { config } = useMarket();
  const noPasskey = useNoPasskey();
  const found = useFoundWallets();
  const isLocal = config.local !== null;
  const hasApps = config.walletConnect !== null;
  const hasNothing = noPasskey !== undefined && !isLocal && !hasApps && found?.length === 0;
  return (
    <Stack gap="sm">
      {noPasskey === undefined ? <ByPasskey /> : <WhyNoPasskey reason={noPasskey} />}
      {hasApps || (found !== undefined && found.length > 0) ? (
        <Divider label={t('accounts.wallets')} />
      ) : null}
      {found?.map((wallet) => (
        <ByWallet key={wallet.rdns} found={wallet} />
      ))}
      {hasApps ? <ByWalletApp /> : null}
      {hasNothing ? (
        <Alert color="yellow" title={t('accounts.wallets.none.title')}>
          {t('accounts.wallets.none')}
        </Alert>
      ) : null}
      {isLocal ? <ByDemoKey isFirst={noPasskey !== undefined} /> : null}
    </Stack>
  );
}

function ByPasskey() {
  const [dialog, setDialog] = useState<'create' | 'open'>();
  const close = () => setDialog(undefined);
  return (
    <>
      <Button size="md" leftSection={<IconFingerprint size={20} />} onClick={() => setDialog('create')}>
        {t('accounts.create')}
      </Button>
      <Text size="xs" c="dimmed">
        {t('accounts.create.hint')}
      </Text>
      <Button variant="subtle" onClick={() => setDialog('open')}>
        {t('accounts.have')}
      </Button>
      <Suspense>
        {dialog === 'create' ? <CreateAccount onClose={close} /> : null}
        {dialog === 'open' ? <OpenAccount onClose={close} /> : null}
      </Suspense>
    </>
  );
}

function WhyNoPasskey({ reason }: { reason: NoPasskey }) {
  if (reason === 'browser') return null;
  if (reason === 'relay') return <Text size="sm">{t('accounts.passkeys.relay')}</Text>;
  const better = localhostUrl(location.href);
  return (
    <Text size="sm">
      {rich('accounts.passkeys.address', {
        host: location.hostname,
        better,
        link: (parts) => (
          <Anchor href={better} underline="always">
            {parts}
          </Anchor>
        ),
      })}
    </Text>
  );
}

function ByWallet({ found: { rdns, name, icon } }: { found: FoundWallet }) {
  const { ledger } = useMarket();
  const { role, choose } = useWallet();
  const { act, busy, error } = useAction(async () => {
    const { connectWallet } = await import('./browserWallets.ts');
    choose(await connectWallet(ledger, role, rdns));
  });
  const mark =
    icon === undefined ? <IconWallet size={18} /> : <Avatar src={icon} size={20} radius="sm" alt="" />;
  return (
    <>
      <Button variant="default" size="md" leftSection={mark} loading={busy} onClick={() => act()}>
        {t('accounts.wallets.use', { name })}
      </Button>
      <Failure error={error} />
    </>
  );
}

function ByWalletApp() {
  const [isPairing, setPairing] = useState(false);
  return (
    <>
      <Button
        variant="default"
        size="md"
        leftSection={<IconDeviceMobile size={18} />}
        onClick={() => setPairing(true)}
      >
        {t('accounts.walletApp')}
      </Button>
      <Suspense>{isPairing ? <PairWalletApp onClose={() => setPairing(false)} /> : null}</Suspense>
    </>
  );
}

function ByDemoKey({ isFirst }: { isFirst: boolean }) {
  const { role, choose } = useWallet();
  const { act, error } = useAction(async () => {
    const { makeDemoWallet } = await import('./demoWallet.ts');
    choose(makeDemoWallet(role));
  });
  return (
    <>
      <Button
        variant={isFirst ? 'filled' : 'default'}
        size="md"
        leftSection={<IconFlask size={18} />}
        onClick={() => act()}
      >
        {t('accounts.demo.make')}
      </Button>
      <Text size="xs" c="dimmed">
        {t('accounts.demo.hint', { role })}
      </Text>
      <Failure error={error} />
    </>
  );
}
