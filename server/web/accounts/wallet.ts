import type { Hex, TypedDataDefinition } from 'viem';
import { type SignedTypeName, typedData } from '../../../protocol/signedTypes.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import type { Wallet } from './walletKinds.ts';

export type { Role, Wallet } from './walletKinds.ts';

/** Signs one of the market's EIP-712 types with the account, in the form that the market takes. */
export function signAs(wallet: Wallet, ledger: Ledger, type: SignedTypeName, message: object): Promise<Hex> {
  const data = typedData(ledger.ref, type, message as Record<string, unknown>);
  return signTyped(wallet, ledger, data as unknown as TypedDataDefinition);
}

/** Signs any EIP-712 message, such as a token's or one of the deposit addresses. */
export async function signTyped(wallet: Wallet, ledger: Ledger, data: TypedDataDefinition): Promise<Hex> {
  const { signTypedBy } = await import('./signers.ts');
  return signTypedBy(wallet, ledger, data);
}
