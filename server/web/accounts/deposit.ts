import { type Address, encodeFunctionData, type Hex } from 'viem';
import { depositAddressesAbi } from '../../../protocol/abi.ts';
import { depositAddressOf } from '../../../protocol/depositAddress.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import { t } from '../app/words.ts';

/**
 * The deposit address of a purse, computed here and compared with what the factory on the ledger says: money that is sent
 * to an address of another factory is not in anybody's purse.
 *
 * @throws PlugpactError `deposit.otherFactory`.
 */
export async function checkedDepositAddress(
  { client }: Ledger,
  factory: Address,
  account: Address,
  purse: number,
): Promise<Address> {
  const computed = depositAddressOf(factory, account, purse);
  const call = { address: factory, abi: depositAddressesAbi, functionName: 'addressOf' } as const;
  const onLedger = await client.readContract({ ...call, args: [account, purse] });
  if (onLedger === computed) return computed;
  throw new PlugpactError({
    code: 'deposit.otherFactory',
    value: onLedger,
    rule: t('accounts.money.in.otherFactory'),
    remedy: t('accounts.money.in.sendNothing'),
  });
}

/** The call that brings what a purse's deposit address holds into the purse, sent by anybody. */
export const sweepCall = (account: Address, purse: number): Hex =>
  encodeFunctionData({ abi: depositAddressesAbi, functionName: 'sweep', args: [account, purse] });

/** The configured page to buy tokens at; `{address}` in it stands for the deposit address. */
export const topUpLink = (url: string, depositAddress: Address): string =>
  url.replaceAll('{address}', depositAddress);
