import { type Address, formatUnits, isAddress, isAddressEqual, zeroAddress } from 'viem';
import { PlugpactError } from '../../../protocol/errors.ts';
import { parseDecimal } from '../../../protocol/units.ts';

/** What an amount that somebody typed comes to. Each problem has its words: `accounts.money.amount.<problem>`. */
export type ReadAmount =
  | { problem: 'empty' | 'notDecimal' | 'tooPrecise' | 'zero' | 'tooMuch' | 'fee' }
  | { problem: undefined; units: bigint };

/**
 * Reads an amount exactly, in token units. A comma may stand for the point, as some languages write it; nothing else is
 * guessed, so that nobody sends a thousand for one.
 *
 * @param most units that can be taken out. @param fee units of them that the relayer takes.
 */
export function readAmount(text: string, decimals: number, most: bigint, fee = 0n): ReadAmount {
  if (text.trim() === '') return { problem: 'empty' };
  const units = unitsOf(text, decimals);
  if (typeof units !== 'bigint') return { problem: units };
  if (units === 0n) return { problem: 'zero' };
  if (units > most) return { problem: 'tooMuch' };
  return units <= fee ? { problem: 'fee' } : { problem: undefined, units };
}

function unitsOf(text: string, decimals: number): bigint | 'notDecimal' | 'tooPrecise' {
  try {
    return parseDecimal(text.replace(',', '.'), decimals);
  } catch (error) {
    if (!(error instanceof PlugpactError)) throw error;
    return error.code === 'units.tooPrecise' ? 'tooPrecise' : 'notDecimal';
  }
}

/** The whole of an amount as it is typed: exact, in the digits of the token. */
export const typedAmount = (units: bigint, decimals: number): string => formatUnits(units, decimals);

/** Where money must not be sent to. */
export interface NoReceivers {
  token: Address;
  market: Address;
  /** The deposit addresses of the account's purses, and their factory. */
  deposit: readonly Address[];
  /** The account itself, where it can hold no tokens. */
  account: Address | undefined;
}

/** Each problem has its words: `accounts.money.to.<problem>`. */
export type ReceiverProblem =
  | 'empty'
  | 'name'
  | 'notAddress'
  | 'checksum'
  | 'zero'
  | 'token'
  | 'market'
  | 'deposit'
  | 'account';

/** Whether money may be sent to what somebody typed, and the address. */
export function readReceiver(
  text: string,
  { token, market, deposit, account }: NoReceivers,
): { problem: ReceiverProblem } | { problem: undefined; to: Address } {
  const to = text.trim();
  if (to === '') return { problem: 'empty' };
  if (/^[^\s/]+\.[a-z]{2,}$/i.test(to)) return { problem: 'name' };
  if (!isAddress(to, { strict: false })) return { problem: 'notAddress' };
  if (!isAddress(to)) return { problem: 'checksum' };
  const isOne = (of: Address) => isAddressEqual(to, of);
  if (isOne(zeroAddress)) return { problem: 'zero' };
  if (isOne(token)) return { problem: 'token' };
  if (isOne(market)) return { problem: 'market' };
  if (deposit.some(isOne)) return { problem: 'deposit' };
  if (account !== undefined && isOne(account)) return { problem: 'account' };
  return { problem: undefined, to };
}
