import { mkdirSync, writeFileSync } from 'node:fs';
import type { Hex } from 'viem';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import { keystoreFile } from '../key/key.ts';

/** Makes an encrypted agent key in the folder; refuses if there is one. */
export async function makeEncryptedKey(dataDir: string, passphrase: string): Promise<void> {
  // Loaded only here: the running agent does not need it.
  const { encryptKeystoreJson } = await import('ethers');
  const privateKey: Hex = generatePrivateKey();
  const account = { address: privateKeyToAddress(privateKey), privateKey };
  const text = await encryptKeystoreJson(account, passphrase);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(keystoreFile(dataDir), `${text}\n`, { mode: 0o600, flag: 'wx' });
}
