import { type Address, encodeFunctionData, type Hex, type LocalAccount, numberToHex, sliceHex } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import type { CompactSignature } from '../../protocol/reading.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import type { MarketRef, SignedTypeName } from '../../protocol/signedTypes.ts';
import type { TestMarket } from '../support/market.ts';

/** A message that a call carries, and who signs it. */
export interface Signed {
  type: SignedTypeName;
  signer: LocalAccount;
  message: object;
}

/** A call of the market that succeeds on the stage. */
export interface Specimen {
  call: string;
  sender: Address;
  signed: readonly Signed[];
  /** Arguments with these signatures of 65 bytes, in the order of `signed`. */
  args: (...signatures: readonly Hex[]) => readonly unknown[];
}

/** Calldata of a call of the market. */
export const callData = (call: string, args: readonly unknown[]): Hex =>
  encodeFunctionData({ abi: plugpactMarketAbi, functionName: call, args } as never);

/** The signatures that a specimen asks for. */
export const signaturesOf = (ref: MarketRef, { signed }: Specimen): Promise<Hex[]> =>
  Promise.all(signed.map(({ type, signer, message }) => signMessageOf(signer, ref, type, message)));

/** Calldata of a specimen, signed as it should be. */
export async function dataOf(market: TestMarket, specimen: Specimen): Promise<Hex> {
  return callData(specimen.call, specimen.args(...(await signaturesOf(market.ref, specimen))));
}

/** A call that carries nothing signed. */
export const plain = (call: string, sender: Address, args: readonly unknown[]): Specimen => ({
  call,
  sender,
  signed: [],
  args: () => args,
});

/** 65 bytes as the two words of ERC-2098, whatever they are: protocol/ would not take a bad signature. */
export function toWords(signature: Hex): CompactSignature {
  const parity = BigInt(sliceHex(signature, 64, 65)) - 27n;
  const vs = BigInt(sliceHex(signature, 32, 64)) | (parity << 255n);
  return { r: sliceHex(signature, 0, 32), vs: numberToHex(vs, { size: 32 }) };
}
