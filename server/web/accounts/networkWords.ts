import type { ConfigResponse } from '../../../protocol/api.ts';
import { t } from '../app/words.ts';

/** The network by the name that wallets and exchanges give it. */
export function networkWords({ local, networkName, chainId }: ConfigResponse): string {
  if (local !== null) return t('accounts.money.local');
  return networkName ?? t('accounts.money.chain', { id: String(chainId) });
}
