import { type Address, zeroAddress } from 'viem';
import type { RelayFeesResponse } from '../../../protocol/api/relay.ts';
import type { ConfigResponse } from '../../../protocol/api.ts';
import type { PlugpactError } from '../../../protocol/errors.ts';
import { api } from '../app/api.ts';

/** What the relayer asks for sending a signed call, as it is signed. */
export interface RelayTerms {
  /** Who may send it and gets the fee; the zero address, anybody, where there is no fee. */
  relayer: Address;
  /** Token units, from the purse. */
  fee: bigint;
  /** Until then the relayer takes this fee, unix seconds. */
  validUntil: number;
}

/** Nobody relays: the wallet sends. */
export const NOBODY: RelayTerms = { relayer: zeroAddress, fee: 0n, validUntil: Number.POSITIVE_INFINITY };

/** The terms of a call. A fee of null: the relayer does not carry it at present, and the wallet sends it. */
export function relayTermsOf(
  { relayer, validUntil, fees }: RelayFeesResponse,
  functionName: string,
): RelayTerms {
  const fee = BigInt(fees.find((one) => one.functionName === functionName)?.fee ?? 0);
  return { relayer: fee === 0n ? zeroAddress : (relayer as Address), fee, validUntil };
}

/** Undefined where nobody relays at present. */
export async function readRelayFees({ relayer }: ConfigResponse): Promise<RelayFeesResponse | undefined> {
  if (relayer === zeroAddress) return undefined;
  return api('readRelayFees').catch((error: PlugpactError) => {
    if (error.code === 'relay.unavailable') return undefined;
    throw error;
  });
}
