import { latLngToCell } from 'h3-js';
import type { Hex } from 'viem';
import { type Handover, parseHandover, placeCommitmentOf } from '../../../protocol/handover.ts';
import { placeHash, unpackLocation } from '../../../protocol/listing.ts';
import { open } from '../../../protocol/seal.ts';
import type { Charger } from './charger.ts';
import type { StoredBooking } from './storedBookings.ts';

/** Result of opening a sealed handover on the driver's device. */
export type Opened =
  | { state: 'MATCHES'; handover: Handover }
  /** It does not match the commitment on the ledger, or is for another key: nothing in it can be trusted. */
  | { state: 'DIFFERS'; why: 'OTHER_KEY' | 'NOT_ON_LEDGER' | 'COMMITMENT' | 'OUTSIDE' };

/** Opens a handover with the session key and checks it against the listing that the ledger commits to. */
export function openHandover(
  stored: Pick<StoredBooking, 'sessionPrivateKey' | 'booking'>,
  sealed: Hex,
  { detail, onLedger }: Pick<Charger, 'detail' | 'onLedger'>,
): Opened {
  const handover = unsealed(stored.sessionPrivateKey, sealed);
  if (handover === undefined) return { state: 'DIFFERS', why: 'OTHER_KEY' };
  const { connector, location, placeCommitment } = detail.place;
  const struct = { connector, location: BigInt(location), placeCommitment };
  if (!onLedger || placeHash(struct) !== detail.placeHash) return { state: 'DIFFERS', why: 'NOT_ON_LEDGER' };
  if (handover.listingId !== stored.booking.listingId || placeCommitmentOf(handover) !== placeCommitment)
    return { state: 'DIFFERS', why: 'COMMITMENT' };
  const { h3Cell, resolution } = unpackLocation(struct.location);
  const [latitude, longitude] = handover.place.split(',').map(Number) as [number, number];
  if (latLngToCell(latitude, longitude, resolution) !== h3Cell) return { state: 'DIFFERS', why: 'OUTSIDE' };
  return { state: 'MATCHES', handover };
}

/** Opens a handover that this device has checked before, for when it cannot be checked again. */
export function openChecked(
  { sessionPrivateKey, booking }: Pick<StoredBooking, 'sessionPrivateKey' | 'booking'>,
  sealed: Hex,
): Handover | undefined {
  const handover = unsealed(sessionPrivateKey, sealed);
  return handover?.listingId === booking.listingId ? handover : undefined;
}

function unsealed(sessionPrivateKey: Hex, sealed: Hex): Handover | undefined {
  try {
    return parseHandover(open(sessionPrivateKey, sealed));
  } catch {
    return undefined;
  }
}
