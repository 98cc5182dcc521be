import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { type Address, zeroAddress } from 'viem';
import { useAction } from '../app/hooks.ts';
import { tokenBalance } from '../app/ledgerClient.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { useSteps } from '../app/Steps.tsx';
import { exactMoney } from '../app/units.ts';
import { t } from '../app/words.ts';
import { checkedDepositAddress, sweepCall } from './deposit.ts';
import { sendOwn, sweep } from './send.ts';
import type { Wallet } from './wallet.ts';

const LOOK_MS = 3_000;

/**
 * Watches the deposit address of a purse while it is shown, and brings what arrives into the purse, through the relayer.
 * Where nobody relays, the account sends it when the reader says so, since that takes gas. Whatever fails stays at the deposit address, from where anyone can bring it there later, and nowhere else.
 */
export function useDeposit(wallet: Wallet, purse: number, onArrived: () => void) {
  const { address: account } = wallet;
  const { config, ledger } = useMarket();
  const factory = config.depositAddresses;
  const isRelayed = config.relayer !== zeroAddress;
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
  const { refetch } = waiting;
  const { steps, run } = useSteps(async () => {
    await refetch();
    onArrived();
  });
  const { act, busy, error } = useAction((amount: bigint) => {
    const name = t('accounts.money.in.step', { amount: exactMoney(amount, config.token), purse: purse + 1 });
    const to = factory as Address;
    return run([name], (report) =>
      isRelayed
        ? sweep(ledger, to, account, purse, report)
        : sendOwn(wallet, ledger, { to, data: sweepCall(account, purse) }, report),
    );
  });
  // Each amount is tried once by itself: after a failure the reader decides when to try again.
  const tried = useRef<bigint>(0n);
  const amount = waiting.data ?? 0n;
  useEffect(() => {
    if (amount === 0n) tried.current = 0n;
    if (!isRelayed || amount === 0n || busy || tried.current === amount) return;
    tried.current = amount;
    void act(amount);
  }, [amount, busy, act, isRelayed]);
  const bring = () => void act(amount);
  return { address, waiting, amount, steps, busy, error, bring, isByHand: !isRelayed && amount > 0n };
}
