import { Skeleton } from '@mantine/core';
import type { Hex } from 'viem';
import type { Wallet } from '../accounts/wallet.ts';
import { Failure } from '../app/Failure.tsx';
import { useLoaded } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { t } from '../app/words.ts';
import { loadCharger } from '../booking/charger.ts';
import { privateOf, publishedOf } from './edit.ts';
import { ListingForm } from './ListingForm.tsx';
import { loadLocation } from './storedLocation.ts';

interface Props {
  wallet: Wallet;
  listingId: Hex;
  onDone: () => void;
  onCancel: () => void;
}

/** The form of a published listing, filled with its public data and with what this browser stores. */
export function EditListing({ wallet, listingId, onDone, onCancel }: Props) {
  const { ledger } = useMarket();
  const { value, error, reload } = useLoaded(`edit:${listingId}`, () => loadCharger(ledger, listingId));
  if (error !== undefined) return <Failure error={error} onRetry={reload} title={t('listing.edit.unread')} />;
  if (value === undefined) return <Skeleton height={420} radius={14} />;
  const current = publishedOf(value.detail);
  const stored = loadLocation(listingId);
  const handover = privateOf(
    current,
    stored === undefined ? [] : [stored.handover, ...(stored.next ? [stored.next] : [])],
  );
  return (
    <ListingForm
      wallet={wallet}
      subject={{ kind: 'EDIT', listingId, current, handover }}
      onDone={onDone}
      onCancel={onCancel}
    />
  );
}
