import { Alert, Button, Code, CopyButton, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconCheck, IconCoins, IconCopy, IconExternalLink, IconInfoCircle } from '@tabler/icons-react';
import { type Address, zeroAddress } from 'viem';
import { api } from '../app/api.ts';
import { lazyPart } from '../app/Boundary.tsx';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { confirmed } from '../app/ledgerClient.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { Steps } from '../app/Steps.tsx';
import { exactMoney } from '../app/units.ts';
import { t } from '../app/words.ts';
import { topUpLink } from './deposit.ts';
import { networkWords } from './networkWords.ts';
import { useDeposit } from './useDeposit.ts';
import type { Wallet } from './wallet.ts';

const QR_PX = 184;

const QrCode = lazyPart(() => import('./QrCode.tsx'), <Skeleton width={QR_PX} height={QR_PX} />);

function CopyAddress({ address }: { address: Address }) {
  return (
    <CopyButton value={address}>
      {({ copied, copy }) => (
        <Button
          variant="light"
          onClick={copy}
          leftSection={copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
        >
          {copied ? t('accounts.money.copied') : t('accounts.money.in.copy')}
        </Button>
      )}
    </CopyButton>
  );
}

/** Sends demo tokens to the deposit address, which then come in like anybody's money. */
function DemoMoney({ address }: { address: Address }) {
  const { ledger } = useMarket();
  const { act, busy, error } = useAction(async () => {
    const { transactionHash } = await api('giveDemoMoney', { body: { account: address, gas: false } });
    await confirmed(ledger, transactionHash);
  });
  return (
    <>
      <Button
        variant="light"
        loading={busy}
        onClick={() => act()}
        leftSection={<IconCoins size={18} aria-hidden />}
      >
        {t('accounts.money.in.demo')}
      </Button>
      <Failure error={error} moved={t('accounts.money.nothingMoved')} />
    </>
  );
}

function DepositAddress({ address }: { address: Address }) {
  const { config } = useMarket();
  const { topUpUrl } = config;
  return (
    <Group align="flex-start" gap="md" wrap="wrap">
      <QrCode text={address} label={t('accounts.money.in.qr')} />
      <Stack gap="sm" style={{ flex: '1 1 220px', minWidth: 0 }}>
        <Code fz="sm" data-deposit={address} style={{ overflowWrap: 'anywhere' }}>
          {address}
        </Code>
        <CopyAddress address={address} />
        {topUpUrl === null ? null : (
          <Button
            component="a"
            variant="light"
            href={topUpLink(topUpUrl, address)}
            target="_blank"
            rel="noopener noreferrer"
            leftSection={<IconExternalLink size={18} aria-hidden />}
          >
            {t('accounts.money.in.topUp', { token: config.token.symbol })}
          </Button>
        )}
        {config.local === null ? null : <DemoMoney address={address} />}
      </Stack>
    </Group>
  );
}

interface Props {
  wallet: Wallet;
  /** The purse that the money comes into. */
  purse: number;
  onArrived: () => void;
}

/** How money comes in: an address of the purse to which any wallet or exchange sends, watched while it is shown. */
export function MoneyIn({ wallet, purse, onArrived }: Props) {
  const { config } = useMarket();
  const { address, waiting, amount, steps, busy, error, bring, isByHand } = useDeposit(
    wallet,
    purse,
    onArrived,
  );
  const token = config.token.symbol;
  const network = networkWords(config);
  if (config.depositAddresses === null) {
    return (
      <Stack component="section" className="pp-card pp-money" gap="sm">
        <Title order={2} size="h4">
          {t('accounts.money.in.title')}
        </Title>
        <Text size="sm">{t('accounts.money.in.none')}</Text>
      </Stack>
    );
  }
  return (
    <Stack
      component="section"
      className="pp-card pp-money"
      gap="sm"
      aria-label={t('accounts.money.in.title')}
    >
      <Title order={2} size="h4">
        {t('accounts.money.in.title')}
      </Title>
      <Text size="sm">
        {config.relayer === zeroAddress
          ? t('accounts.money.in.wordsByHand', { token, network })
          : t('accounts.money.in.words', { token, network })}
      </Text>
      {address.error === null ? null : (
        <Failure
          error={address.error}
          onRetry={() => void address.refetch()}
          moved={t('accounts.money.nothingMoved')}
        />
      )}
      {address.data === undefined ? (
        address.error === null && <Skeleton height={QR_PX} />
      ) : (
        <DepositAddress address={address.data} />
      )}
      <Text size="xs" c="dimmed" role="status" data-deposit-state={stateOf(amount, waiting.isError)}>
        {waiting.isError
          ? t('accounts.money.in.noAnswer')
          : amount > 0n
            ? t('accounts.money.in.arrived', { amount: exactMoney(amount, config.token) })
            : t('accounts.money.in.watching', { token })}
      </Text>
      {isByHand ? (
        <Button loading={busy} onClick={bring}>
          {t('accounts.money.in.bring')}
        </Button>
      ) : null}
      <Steps steps={steps} />
      {error === undefined || busy ? null : (
        <Failure
          error={error}
          onRetry={bring}
          moved={t('accounts.money.in.safe', { amount: exactMoney(amount, config.token) })}
        />
      )}
      <Alert variant="light" color="gray" icon={<IconInfoCircle size={18} />}>
        <Text size="sm">{t('accounts.money.in.only', { token, network })}</Text>
      </Alert>
    </Stack>
  );
}

const stateOf = (amount: bigint, isUnseen: boolean): string =>
  isUnseen ? 'UNSEEN' : amount > 0n ? 'ARRIVED' : 'WATCHING';
