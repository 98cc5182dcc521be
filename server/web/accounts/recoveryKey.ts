import { bytesToHex, type Hex, isAddressEqual, slice } from 'viem';
import { english, generateMnemonic, type HDAccount, mnemonicToAccount } from 'viem/accounts';
import { accountError } from './accountError.ts';
import type { PasskeyWallet } from './walletKinds.ts';

const WORD_COUNT = 12;

/** Twelve words of BIP-39, made on this device. */
export const makeWords = (): string => generateMnemonic(english);

/** The key of twelve words. @throws PlugpactError `recovery.words` where they are no twelve words with a checksum. */
export function recoveryKeyOf(words: string): HDAccount {
  const plain = words
    .normalize('NFKD')
    .trim()
    .toLowerCase()
    .split(/[\s,;]+/);
  if (plain.length !== WORD_COUNT) throw accountError('words', { value: String(plain.length) });
  try {
    return mnemonicToAccount(plain.join(' '));
  } catch (cause) {
    throw accountError('words', { cause });
  }
}

export const privateKeyOf = (key: HDAccount): Hex => bytesToHex(key.getHdKey().privateKey!);

/** Address of the recovery key that a signer names. */
export const recoveryOf = (signer: Hex): Hex => slice(signer, -20);

/** Of recovered accounts, while this tab is open: their words are not kept on the device. */
const SESSION = 'plugpact:recovery:';

export function holdRecoveryKey(privateKey: Hex, address: Hex): void {
  sessionStorage.setItem(SESSION + address.toLowerCase(), privateKey);
}

export const dropRecoveryKey = (address: Hex): void =>
  sessionStorage.removeItem(SESSION + address.toLowerCase());

/** Whether a recovered account can sign in this tab. */
export const isLocked = (wallet: PasskeyWallet): boolean =>
  wallet.credentialId === undefined && heldKey(wallet) === undefined;

const heldKey = ({ signer }: PasskeyWallet): Hex | undefined =>
  (sessionStorage.getItem(SESSION + recoveryOf(signer).toLowerCase()) ?? undefined) as Hex | undefined;

/** @throws PlugpactError `account.locked` where the words have not been typed since the tab was opened. */
export function heldRecoveryKey(wallet: PasskeyWallet): Hex {
  const key = heldKey(wallet);
  if (key === undefined) throw accountError('locked');
  return key;
}

/** Opens a recovered account again in this tab. @throws PlugpactError `recovery.words`, `recovery.otherKey`. */
export function unlock(wallet: PasskeyWallet, words: string): void {
  const key = recoveryKeyOf(words);
  if (!isAddressEqual(key.address, recoveryOf(wallet.signer))) throw accountError('otherKey');
  holdRecoveryKey(privateKeyOf(key), key.address);
}
