import { type HDAccount, type Hex, toHex } from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { LOCAL_MNEMONIC } from './anvil.ts';

/** Who is who among the keys of the local mnemonic. The agent makes its own keys, drivers make theirs. */
const ROLES = { deployer: 0, relayer: 1, host: 2 } as const;

export type LocalRole = keyof typeof ROLES;

export const localAccount = (role: LocalRole): HDAccount =>
  mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex: ROLES[role] });

/** For programs that take their key from the environment. Known to everyone, good for local ledgers only. */
export function localPrivateKey(role: LocalRole): Hex {
  const { privateKey } = localAccount(role).getHdKey();
  if (privateKey === null) throw new Error(`The local mnemonic gave no key for ${role}.`);
  return toHex(privateKey);
}
