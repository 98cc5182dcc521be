import { pbkdf2Sync } from 'node:crypto';
import { type Hex, toHex } from 'viem';
import { type HDAccount, HDKey, hdKeyToAccount } from 'viem/accounts';
import { LOCAL_MNEMONIC } from './anvil.ts';

/** Who is who among the keys of the local mnemonic. The agent makes its own keys, drivers make theirs. */
const ROLES = { deployer: 0, relayer: 1, host: 2 } as const;

const FIRST_TOWN_HOST = 3;
/** The local ledger funds ten keys. */
const TOWN_HOSTS = 7;

export type LocalRole = keyof typeof ROLES;

/** The seed of BIP-39; the library's own way to it takes 40 ms in place of one. */
const root = HDKey.fromMasterSeed(pbkdf2Sync(LOCAL_MNEMONIC, 'mnemonic', 2_048, 64, 'sha512'));

const derived = new Map<LocalRole, HDAccount>();

export function localAccount(role: LocalRole): HDAccount {
  const known = derived.get(role);
  if (known !== undefined) return known;
  const account = hdKeyToAccount(root, { addressIndex: ROLES[role] });
  derived.set(role, account);
  return account;
}

/** Hosts of the demonstration's homes: further keys of the local mnemonic, which the local ledger gives gas. */
export const townHost = (index: number): HDAccount =>
  hdKeyToAccount(root, { addressIndex: FIRST_TOWN_HOST + (index % TOWN_HOSTS) });

/** For programs that take their key from the environment. Known to everyone, good for local ledgers only. */
export function localPrivateKey(role: LocalRole): Hex {
  const { privateKey } = localAccount(role).getHdKey();
  if (privateKey === null) throw new Error(`The local mnemonic gave no key for ${role}.`);
  return toHex(privateKey);
}
