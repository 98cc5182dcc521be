import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { Address } from 'viem';
import { useAction } from '../app/hooks.ts';
import { tokenBalance } from '../app/ledgerClient.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { useSteps } from '../app/Steps.tsx';
import { exactMoney } from '../app/units.ts';
import { t } from '../app/words.ts';
import { checkedDepositAddress } from './deposit.ts';
import { sweep } from './send.ts';

const LOOK_MS = 3_000;

/**
 * Watches the deposit address of a purse while it is shown, and brings what arrives into the purse, through the relayer.
 * Whatever fails stays at the deposit address, from where anyone can bring it there later, and nowhere else.
 */
export function useDeposit(account: Address, purse: number, onArrived: () => void) {
  const { config, ledger } = useMarket();
  const factory = config.depositAddresses;
  const address = useQuery({
    queryKey: ['depositAddress', factory, account, purse],
    queryFn: () => checkedDepositAddress(ledger, factory as Address, account, purse),
    enabled: factory !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const waiting = useQuery({
    queryKey: ['depositBalance', address.data],
    queryFn: () => tokenBalance(ledger, address.data!),
    enabled: address.data !== undefined,
    refetchInterval: LOOK_MS,
  });
  const { steps, begin, progress, fail } = useSteps();
  const { refetch } = waiting;
  const { act, busy, error } = useAction(async (amount: bigint) => {
    const name = t('accounts.money.in.step', { amount: exactMoney(amount, config.token), purse: purse + 1 });
    begin([name]);
    try {
      await sweep(ledger, factory as Address, account, purse, (change) => progress(name, change));
    } catch (failure) {
      fail();
      throw failure;
    } finally {
      await refetch();
      onArrived();
    }
  });
  // Each amount is tried once by itself: after a failure the reader decides when to try again.
  const tried = useRef<bigint>(0n);
  const amount = waiting.data ?? 0n;
  useEffect(() => {
    if (amount === 0n) tried.current = 0n;
    if (amount === 0n || busy || tried.current === amount) return;
    tried.current = amount;
    void act(amount);
  }, [amount, busy, act]);
  return { address, waiting, amount, steps, busy, error, retry: () => void act(amount) };
}
