import type { Hex } from 'viem';
import type { ConfigResponse } from '../../../protocol/api.ts';
import { LISTING_STATUS } from '../../../protocol/listing.ts';
import { marketCall, sendRelayed } from '../accounts/send.ts';
import { signAs, type Wallet } from '../accounts/wallet.ts';
import { api, indexed } from '../app/api.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import type { Progress } from '../app/Steps.tsx';
import { t } from '../app/words.ts';
import { publishedOf } from './edit.ts';
import { listingWord } from './publish.ts';

/** What a host does to a listing: no new bookings for a while, bookings again, or never again. */
export type StatusChange = 'OPEN' | 'CLOSED' | 'REVOKED';

export const statusStep = (to: StatusChange): string => t(`listing.status.step.${to}`);

/** Signs the listing's next status as its host; the relayer sends it. */
export async function changeStatus(
  { wallet, ledger, config }: { wallet: Wallet; ledger: Ledger; config: ConfigResponse },
  listingId: Hex,
  to: StatusChange,
  progress: Progress,
): Promise<void> {
  const report = (change: Parameters<Progress>[1]) => progress(statusStep(to), change);
  report({ phase: 'signing' });
  const [detail, { version }] = await Promise.all([
    api('getCharger', { params: { listingId } }),
    listingWord(ledger, listingId),
  ]);
  const status = LISTING_STATUS[to];
  const message = { listingId, status, version: Number(version) };
  const signature = await signAs(wallet, ledger, 'SetListingStatus', message);
  const data = marketCall('setListingStatus', [publishedOf(detail), status, signature]);
  const { blockNumber } = await sendRelayed(wallet, ledger, config, data, report);
  await indexed(blockNumber);
}
