import { type Address, encodeFunctionData, type Hex, type LocalAccount, numberToHex, sliceHex } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { toBookingStruct } from '../../protocol/booking.ts';
import type { CompactSignature } from '../../protocol/reading.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import type { MarketRef, SignedTypeName } from '../../protocol/signedTypes.ts';
import type { TestMarket } from '../support/market.ts';
import type { BookingInState } from './bookings-in-each-state.ts';

/** A signed message in a call, and its signer. */
export interface Signed {
  type: SignedTypeName;
  signer: LocalAccount;
  message: object;
}

/** A call of the market that succeeds with `bookingsInEachState`. */
export interface SampleCall {
  call: string;
  sender: Address;
  signed: readonly Signed[];
  /** Arguments with these signatures of 65 bytes, in the order of `signed`. */
  args: (...signatures: readonly Hex[]) => readonly unknown[];
}

/** In the place of a signature that is not given. */
export const UNSIGNED: Hex = `0x${'00'.repeat(64)}1b`;

/** The booking and its state, with which all calls about an open one begin. */
export const open = ({ made, state }: BookingInState) => [toBookingStruct(made.booking), state] as const;

/** Calldata of a call of the market. */
export const callData = (call: string, args: readonly unknown[]): Hex =>
  encodeFunctionData({ abi: plugpactMarketAbi, functionName: call, args } as never);

/** The signatures that a sample asks for. */
export const signaturesOf = (ref: MarketRef, { signed }: SampleCall): Promise<Hex[]> =>
  Promise.all(signed.map(({ type, signer, message }) => signMessageOf(signer, ref, type, message)));

/** Calldata of a sample, signed as it should be. */
export async function signedCallData(market: TestMarket, sample: SampleCall): Promise<Hex> {
  return callData(sample.call, sample.args(...(await signaturesOf(market.ref, sample))));
}

/** A call without signed messages. */
export const unsignedCall = (call: string, sender: Address, args: readonly unknown[]): SampleCall => ({
  call,
  sender,
  signed: [],
  args: () => args,
});

/** Any 65 bytes as the two words of ERC-2098: protocol/ would refuse an invalid signature. */
export function toWords(signature: Hex): CompactSignature {
  const parity = BigInt(sliceHex(signature, 64, 65)) - 27n;
  const vs = BigInt(sliceHex(signature, 32, 64)) | (parity << 255n);
  return { r: sliceHex(signature, 0, 32), vs: numberToHex(vs, { size: 32 }) };
}
