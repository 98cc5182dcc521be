import type { PlugpactError } from '../../../protocol/errors.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import { signIn } from './signIn.ts';
import type { Wallet } from './wallet.ts';

/** Asks what only the signed-in account may ask, and signs in where it is not; the server names who is expected. */
export async function asSignedIn<T>(wallet: Wallet, ledger: Ledger, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if ((error as PlugpactError).code !== 'signIn.missing') throw error;
  }
  await signIn(wallet, ledger);
  return ask();
}
