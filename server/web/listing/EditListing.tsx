import { Skeleton } from '@mantine/core';
import type { Hex } from 'viem';
import type { Wallet } from '../accounts/wallet.ts';
import { useSetting } from '../app/MarketProvider.tsx';
import { Failure } from '../app/Failure.tsx';
import { useLoaded } from '../app/hooks.ts';
import { loadCharger } from '../booking/charger.ts';
import { privateOf, publishedOf } from './edit.ts';
import { ListingForm } from './ListingForm.tsx';
import { keptPlace } from './storedLocation.ts';

interface Props {
  wallet: Wallet;
  listingId: Hex;
  onDone: () => void;
  onCancel: () => void;
}

/** The form of a listing that is published, filled with what is public and with what this browser kept. */
export function EditListing({ wallet, listingId, onDone, onCancel }: Props) {
  const { ledger } = useSetting();
  const { value, error, reload } = useLoaded(`edit:${listingId}`, () => loadCharger(ledger, listingId));
  if (error !== undefined) return <Failure error={error} onRetry={reload} title="The listing did not load" />;
  if (value === undefined) return <Skeleton height={420} radius={14} />;
  const current = publishedOf(value.detail);
  const kept = keptPlace(listingId);
  const told = privateOf(current, kept === undefined ? [] : [kept.told, ...(kept.next ? [kept.next] : [])]);
  return (
    <ListingForm
      wallet={wallet}
      subject={{ kind: 'EDIT', listingId, current, told }}
      onDone={onDone}
      onCancel={onCancel}
    />
  );
}
