import {
  createWalletClient,
  type Hex,
  hashMessage,
  hashTypedData,
  http,
  type TypedDataDefinition,
} from 'viem';
import { privateKeyToAccount, sign } from 'viem/accounts';
import { signatureBySigner } from '../../../protocol/funding.ts';
import { passkeySignatureOf } from '../../../protocol/passkey.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import { accountError } from './accountError.ts';
import { heldRecoveryKey } from './recoveryKey.ts';
import { rememberSource } from './secretSource.ts';
import type { PasskeyWallet, Wallet } from './walletKinds.ts';

/** The signature of an EIP-712 message as contracts/libraries/Signatures.sol takes it. */
export async function signTypedBy(wallet: Wallet, ledger: Ledger, data: TypedDataDefinition): Promise<Hex> {
  switch (wallet.kind) {
    case 'passkey':
      return signDigest(wallet, hashTypedData(data));
    case 'demo':
      return privateKeyToAccount(wallet.privateKey).signTypedData(data);
    case 'browser':
      return (await import('./browserWallets.ts')).signTypedWith(wallet, ledger, data);
  }
}

/** The signature of a text (EIP-191). */
export async function signTextBy(wallet: Wallet, ledger: Ledger, message: string): Promise<Hex> {
  switch (wallet.kind) {
    case 'passkey':
      return signDigest(wallet, hashMessage(message));
    case 'demo':
      return privateKeyToAccount(wallet.privateKey).signMessage({ message });
    case 'browser':
      return (await import('./browserWallets.ts')).signTextWith(wallet, ledger, message);
  }
}

/**
 * Sends a call whose gas the account pays.
 *
 * @throws PlugpactError `relay.needed` for a passkey's account, which has no ether.
 */
export async function sendBy(wallet: Wallet, ledger: Ledger, call: { to: Hex; data: Hex }): Promise<Hex> {
  switch (wallet.kind) {
    case 'passkey':
      throw accountError('noRelayer');
    case 'demo': {
      const account = privateKeyToAccount(wallet.privateKey);
      return createWalletClient({ account, chain: ledger.chain, transport: http() }).sendTransaction(call);
    }
    case 'browser':
      return (await import('./browserWallets.ts')).sendWith(wallet, ledger, call);
  }
}

/** By the passkey, or, where the account was recovered, by its recovery key. The verifier takes either. */
async function signDigest(wallet: PasskeyWallet, hash: Hex): Promise<Hex> {
  if (wallet.credentialId === undefined) {
    return signatureBySigner(
      wallet.signer,
      await sign({ hash, privateKey: heldRecoveryKey(wallet), to: 'hex' }),
    );
  }
  const { assertPasskey } = await import('./webauthn.ts');
  const { assertion, prf } = await assertPasskey(hash, wallet.credentialId);
  if (prf !== undefined) rememberSource(wallet, prf);
  return signatureBySigner(wallet.signer, passkeySignatureOf(assertion));
}
