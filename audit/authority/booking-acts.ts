import { type Address, type Hex, isAddressEqual } from 'viem';
import { signerOfBytes, signerOfCompact } from '../lib/signatures.ts';
import { type Booking, readBooking } from '../rules/booking.ts';
import { timesOf } from '../rules/booking-times.ts';
import { readBookingTerms } from '../rules/listing-terms.ts';
import { digestOf, type SignedType } from '../rules/signed-types.ts';
import { consentOf } from './consents.ts';
import { ALLOWED, allOf, type Judgement, refusedBy } from './judgement.ts';
import type { Scene } from './scene.ts';

type Ended = Scene<'Canceled', 'cancelByDriver' | 'cancelByHost'>;

/** The driver cancels their own booking; a host cancels, and once it is time with the session key's agreement. */
export async function checkCanceled(scene: Ended): Promise<Judgement> {
  const { act, event } = scene;
  const { byHost } = event.args;
  if (byHost !== (act.name === 'cancelByHost')) {
    const found = byHost ? 'the host' : 'the driver';
    return refusedBy('cancel', 'The record says who canceled.', act.name, found);
  }
  return act.name === 'cancelByHost' ? canceledByHost(scene as never) : canceledByDriver(scene as never);
}

function canceledByDriver(scene: Scene<'Canceled', 'cancelByDriver'>): Promise<Judgement> {
  const { context, event, act, history } = scene;
  const { bookingId } = event.args;
  const [struct, state, signature] = act.args;
  const booking = readBooking(struct);
  const since = Number((state.head >> 8n) & 0xffffffffffn);
  const times = momentsOf(booking, history.bookedAt.get(bookingId) ?? since);
  // Which of the two it is was signed, so that a delayed message costs nothing that it did not say.
  const message = { bookingId, paysLateFee: event.at >= times.freeUntil };
  const digest = digestOf(context.market, 'CancelByDriver', message);
  const { blockNumber } = event;
  const consent = { account: booking.driver, sender: act.sender, digest, signature, blockNumber };
  return consentOf(context.answers, 'cancel', consent);
}

async function canceledByHost(scene: Scene<'Canceled', 'cancelByHost'>): Promise<Judgement> {
  const { context, event, act } = scene;
  const { bookingId, overstayedBy } = event.args;
  const [struct, , , signature, agreement] = act.args;
  const booking = readBooking(struct);
  const digest = digestOf(context.market, 'CancelByHost', { bookingId, overstayedBy });
  const { blockNumber } = event;
  const consent = { account: booking.terms.host, sender: act.sender, digest, signature, blockNumber };
  const byHost = await consentOf(context.answers, 'cancel', consent);
  if (event.at < momentsOf(booking, 0).opens) return byHost;
  const signer = signerOfCompact(digest, agreement);
  const isAgreed = signer !== undefined && isAddressEqual(signer, booking.sessionKey);
  const rule = 'From when the booking opens on, a host cancels with the session key’s agreement.';
  const found = `a signature by ${signer ?? 'nobody'}`;
  return allOf([byHost, isAgreed ? ALLOWED : refusedBy('lateCancel', rule, booking.sessionKey, found)]);
}

/** The windows of claims play no part here. */
const momentsOf = (booking: Booking, bookedAt: number) =>
  timesOf({ ...booking, bookedAt }, readBookingTerms(booking.terms.bookingTerms), { reportSec: 0 });

export const checkArrived = (scene: Scene<'Arrived', 'arrived'>): Promise<Judgement> =>
  byDriverOrSession(scene, 'arrived', 'Arrived', scene.act.args[2]);

export const checkChallenged = (scene: Scene<'Challenged', 'challenge'>): Promise<Judgement> =>
  byDriverOrSession(scene, 'challenge', 'Challenge', scene.act.args[2]);

/** The driver or the session key calls, or one of them signed. */
async function byDriverOrSession(
  { context, event, act }: Scene<'Arrived', 'arrived'> | Scene<'Challenged', 'challenge'>,
  code: string,
  type: SignedType,
  signature: Hex,
): Promise<Judgement> {
  const { driver, sessionKey } = readBooking(act.args[0]);
  const { bookingId } = event.args;
  const digest = digestOf(context.market, type, { bookingId });
  const isSession = (key: Address | undefined) => key !== undefined && isAddressEqual(key, sessionKey);
  if (isSession(signature === '0x' ? act.sender : signerOfBytes(digest, signature))) return ALLOWED;
  const { blockNumber } = event;
  return consentOf(context.answers, code, {
    account: driver,
    sender: act.sender,
    digest,
    signature,
    blockNumber,
  });
}
