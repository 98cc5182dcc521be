import { latLngToCell } from 'h3-js';
import type { Hex } from 'viem';
import { type Handover, parseHandover, placeCommitmentOf } from '../../../protocol/handover.ts';
import { placeHash, unpackLocation } from '../../../protocol/listing.ts';
import { open } from '../../../protocol/seal.ts';
import type { Charger } from './charger.ts';
import type { KeptBooking } from './storedBookings.ts';

/** What became of a sealed handover on the driver's device. */
export type Opened =
  | { state: 'MATCHES'; told: Handover }
  /** It is not what the ledger holds a commitment to, or not for this key: nothing of it is to be believed. */
  | { state: 'DIFFERS'; why: string };

/** Opens it with the session key and holds it against the listing that the ledger commits to. */
export function openHandover(
  kept: Pick<KeptBooking, 'sessionPrivateKey' | 'booking'>,
  sealed: Hex,
  { detail, onLedger }: Pick<Charger, 'detail' | 'onLedger'>,
): Opened {
  const told = unsealed(kept.sessionPrivateKey, sealed);
  if (told === undefined) return { state: 'DIFFERS', why: 'it was not made for this booking' };
  const { connector, location, placeCommitment } = detail.place;
  const struct = { connector, location: BigInt(location), placeCommitment };
  if (!onLedger || placeHash(struct) !== detail.placeHash)
    return { state: 'DIFFERS', why: 'this server does not show the listing as the ledger has it' };
  if (told.listingId !== kept.booking.listingId || placeCommitmentOf(told) !== placeCommitment)
    return { state: 'DIFFERS', why: 'the host committed to another place on the ledger' };
  const { h3Cell, resolution } = unpackLocation(struct.location);
  const [latitude, longitude] = told.place.split(',').map(Number) as [number, number];
  if (latLngToCell(latitude, longitude, resolution) !== h3Cell)
    return { state: 'DIFFERS', why: 'it lies outside of the cell that was listed' };
  return { state: 'MATCHES', told };
}

function unsealed(sessionPrivateKey: Hex, sealed: Hex): Handover | undefined {
  try {
    return parseHandover(open(sessionPrivateKey, sealed));
  } catch {
    return undefined;
  }
}
