import { createSiweMessage } from 'viem/siwe';
import { api } from '../app/api.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import type { Wallet } from './wallet.ts';

/** In English for everybody: the standard allows no letters beyond ASCII. */
const STATEMENT = 'Sign in to Plugpact to see my bookings. This signature moves no money.';

/** Signs in with Ethereum (ERC-4361), for data that only this account may see. The server sets a cookie. */
export async function signIn(wallet: Wallet, ledger: Ledger): Promise<void> {
  const { nonce } = await api('getNonce');
  const message = createSiweMessage({
    address: wallet.address,
    chainId: ledger.ref.chainId,
    domain: window.location.host,
    uri: window.location.origin,
    version: '1',
    nonce,
    statement: STATEMENT,
    issuedAt: new Date(),
    expirationTime: new Date(Date.now() + 10 * 60_000),
  });
  const { signTextBy } = await import('./signers.ts');
  await api('signIn', { body: { message, signature: await signTextBy(wallet, ledger, message) } });
}
