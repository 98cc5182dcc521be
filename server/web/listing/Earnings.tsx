import { Button, Group, Text } from '@mantine/core';
import type { Hex } from 'viem';
import { useWallet } from '../accounts/WalletProvider.tsx';
import type { Wallet } from '../accounts/wallet.ts';
import { withdrawalTerms, withdrawEarnings } from '../accounts/withdraw.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { Steps, useSteps } from '../app/Steps.tsx';
import { exactMoney } from '../app/units.ts';
import { t } from '../app/words.ts';
import { PayOut } from './PayOut.tsx';

interface Props {
  listingId: Hex;
  /** Token units not yet withdrawn. */
  earned: bigint;
  wallet: Wallet;
  onChanged: () => void;
}

/** A listing's earnings, taken out by signature: to the host's wallet, or to an address where the account holds no money. */
export function Earnings({ listingId, earned, wallet, onChanged }: Props) {
  const { config, ledger } = useMarket();
  const { holdings } = useWallet();
  const { steps, run } = useSteps(() => {
    holdings.reload();
    onChanged();
  });
  const { act, busy, error } = useAction((to: Hex) =>
    run([t('listing.earnings.step')], async (report) => {
      const terms = await withdrawalTerms(config, 'withdrawEarningsBySignature');
      const what = { listingId, amount: earned, to };
      await withdrawEarnings({ wallet, ledger, config }, what, terms, report);
    }),
  );
  const isNone = earned === 0n;
  return (
    <>
      <Group justify="space-between">
        <Text fw={700} data-earned={String(earned)}>
          {exactMoney(earned, config.token)}
        </Text>
        {wallet.kind === 'passkey' ? null : (
          <Button
            size="compact-md"
            variant="light"
            loading={busy}
            disabled={isNone}
            onClick={() => act(wallet.address)}
          >
            {t('listing.earnings.withdraw')}
          </Button>
        )}
      </Group>
      {wallet.kind === 'passkey' && !isNone ? <PayOut busy={busy} onPay={act} /> : null}
      <Steps steps={steps} />
      <Failure error={error} steps={steps} />
    </>
  );
}
