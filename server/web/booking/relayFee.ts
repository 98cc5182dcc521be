import { type Address, zeroAddress } from 'viem';
import type { RelayFeesResponse } from '../../../protocol/api/relay.ts';
import type { ConfigResponse } from '../../../protocol/api.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import type { Wallet } from '../accounts/wallet.ts';
import { api } from '../app/api.ts';
import type { Ledger } from '../app/ledgerClient.ts';

/** What the relayer asks for sending a booking, as it is signed. */
export interface RelayTerms {
  /** Who may send it and gets the fee; the zero address, anybody, where there is no fee. */
  relayer: Address;
  /** Token units, from the purse. */
  fee: bigint;
  /** Until then the relayer takes this fee, unix seconds. */
  validUntil: number;
}

/** Nobody relays: the wallet sends. */
const NOBODY: RelayTerms = { relayer: zeroAddress, fee: 0n, validUntil: Number.POSITIVE_INFINITY };

/** The terms of a call. A fee of null: the relayer does not carry it at present, and the wallet sends it. */
export function relayTermsOf(
  { relayer, validUntil, fees }: RelayFeesResponse,
  functionName: string,
): RelayTerms {
  const fee = BigInt(fees.find((one) => one.functionName === functionName)?.fee ?? 0);
  return { relayer: fee === 0n ? zeroAddress : (relayer as Address), fee, validUntil };
}

/** Asks the relayer what it takes for a booking of this wallet at present. */
export async function askRelayTerms(
  { address }: Wallet,
  { client }: Ledger,
  config: ConfigResponse,
): Promise<RelayTerms> {
  if (config.relayer === zeroAddress) return NOBODY;
  const [fees, code] = await Promise.all([relayFees(), client.getCode({ address })]);
  // A wallet that is a contract is asked by the ledger itself, which takes more gas.
  return fees === undefined ? NOBODY : relayTermsOf(fees, code === undefined ? 'book' : 'bookByWallet');
}

/** Undefined where nobody relays at present. */
const relayFees = (): Promise<RelayFeesResponse | undefined> =>
  api('readRelayFees').catch((error: PlugpactError) => {
    if (error.code === 'relay.unavailable') return undefined;
    throw error;
  });

/**
 * What is signed: what was shown, as long as the relayer takes it, and never more.
 *
 * @throws PlugpactError `relay.feeChanged`.
 */
export async function signedTerms(
  shown: RelayTerms,
  ask: () => Promise<RelayTerms>,
  nowSec: number,
): Promise<RelayTerms> {
  if (nowSec < shown.validUntil) return shown;
  const asked = await ask();
  if (asked.fee <= shown.fee) return asked;
  throw new PlugpactError({
    code: 'relay.feeChanged',
    value: `${asked.fee} token units instead of ${shown.fee}`,
    rule: 'The relayer asks more than was shown: the network has become more expensive.',
    remedy: 'Look at the new fee, and sign again if it suits you.',
    retry: 'later',
  });
}
