import { Alert, Anchor, Button, Group, Text } from '@mantine/core';
import { IconClock, IconPlugX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { lazyPart } from '../app/Boundary.tsx';
import { useAction, useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { shortHex } from '../app/units.ts';
import { t } from '../app/words.ts';
import type { WalletCondition } from './browserWallets.ts';
import { usePendingRequests } from './pendingRequests.ts';
import { useWallet } from './walletContext.ts';
import { type BrowserWallet, WALLET_APP } from './walletKinds.ts';

const PairWalletApp = lazyPart(() => import('./PairWalletApp.tsx'), null);

/** After so long without an answer the reader is told where to look, and may stop. */
export const HINT_MS = 10_000;

/** What a wallet of the browser does or has become. */
export default function WalletNotice() {
  const { wallet } = useWallet();
  const requests = usePendingRequests();
  return (
    <>
      {requests.length === 0 ? null : <Waiting requests={requests} />}
      {wallet?.kind === 'browser' ? <Condition key={wallet.address} wallet={wallet} /> : null}
    </>
  );
}

function Waiting({ requests }: { requests: ReturnType<typeof usePendingRequests> }) {
  useNow();
  const late = requests.find(({ since, appLink }) => appLink !== undefined || Date.now() - since >= HINT_MS);
  if (late === undefined) return null;
  return (
    <Alert
      color="yellow"
      icon={<IconClock size={18} />}
      title={t('accounts.pending', { wallet: late.wallet })}
      data-wallet-pending
    >
      <Text size="sm">{t('accounts.pending.help', { wallet: late.wallet })}</Text>
      <Group justify="flex-end" mt="xs">
        {late.appLink === undefined ? null : (
          <Anchor size="sm" href={late.appLink}>
            {t('accounts.pending.open', { wallet: late.wallet })}
          </Anchor>
        )}
        {/* A dialog that waits keeps the keyboard to itself, and its button is busy. */}
        <Button size="compact-md" variant="default" onClick={late.abandon} autoFocus>
          {t('accounts.pending.stop')}
        </Button>
      </Group>
    </Alert>
  );
}

function useCondition(wallet: BrowserWallet): WalletCondition | undefined {
  const { ledger } = useMarket();
  const [condition, setCondition] = useState<WalletCondition>();
  const { rdns, address } = wallet;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another wallet is another address or name
  useEffect(() => {
    let end = () => {};
    let ended = false;
    import('./browserWallets.ts').then(({ watchWallet }) => {
      if (!ended) end = watchWallet(wallet, ledger, setCondition);
    });
    return () => {
      ended = true;
      end();
    };
  }, [rdns, address, ledger]);
  return condition;
}

function Condition({ wallet }: { wallet: BrowserWallet }) {
  const condition = useCondition(wallet);
  if (condition === undefined || condition.name === 'ready') return null;
  const title = t(`accounts.condition.${condition.name}`);
  return (
    <Alert color="yellow" icon={<IconPlugX size={18} />} title={title} data-wallet={condition.name}>
      {condition.name === 'otherAccount' ? (
        <OtherAccount wallet={wallet} other={condition.address} />
      ) : condition.name === 'wrongChain' ? (
        <WrongChain wallet={wallet} />
      ) : condition.name === 'disconnected' && wallet.rdns === WALLET_APP ? (
        <Ended />
      ) : (
        <Text size="sm">
          {condition.name === 'missing'
            ? t('accounts.condition.missing.help')
            : t('accounts.condition.disconnected.help')}
        </Text>
      )}
    </Alert>
  );
}

/** A wallet app must be paired again: it cannot be asked. */
function Ended() {
  const [isPairing, setPairing] = useState(false);
  return (
    <>
      <Text size="sm">{t('accounts.walletApp.ended')}</Text>
      <Group justify="flex-end" mt="xs">
        <Button size="compact-md" variant="default" onClick={() => setPairing(true)}>
          {t('accounts.walletApp.connect')}
        </Button>
      </Group>
      {isPairing ? <PairWalletApp onClose={() => setPairing(false)} /> : null}
    </>
  );
}

function OtherAccount({ wallet, other }: { wallet: BrowserWallet; other: BrowserWallet['address'] }) {
  const { choose } = useWallet();
  const values = { address: shortHex(wallet.address), other: shortHex(other) };
  return (
    <>
      <Text size="sm">{t('accounts.condition.otherAccount.help', values)}</Text>
      <Group justify="flex-end" mt="xs">
        <Button size="compact-md" variant="default" onClick={() => choose({ ...wallet, address: other })}>
          {t('accounts.condition.otherAccount.use', { other: values.other })}
        </Button>
      </Group>
    </>
  );
}

function WrongChain({ wallet }: { wallet: BrowserWallet }) {
  const { ledger } = useMarket();
  const { name: chain } = ledger.chain;
  const { act, busy, error } = useAction(async () => {
    const { switchChain } = await import('./browserWallets.ts');
    await switchChain(wallet, ledger);
  });
  return (
    <>
      <Text size="sm">{t('accounts.condition.wrongChain.help', { chain })}</Text>
      {error === undefined ? null : <Text size="sm">{error.message}</Text>}
      <Group justify="flex-end" mt="xs">
        <Button size="compact-md" variant="default" loading={busy} onClick={() => act()}>
          {t('accounts.condition.switch', { chain })}
        </Button>
      </Group>
    </>
  );
}
