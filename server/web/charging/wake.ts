import type { Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { endpointHash } from '../../../protocol/endpointHash.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { api } from '../app/api.ts';
import { load, save } from '../app/storage.ts';
import type { StoredBooking } from '../booking/storedBookings.ts';

/** `NONE`: this browser or this server has no push messages, or the reader refused them. */
export type WakeState = 'ON' | 'OFFERED' | 'NONE';

/** Of a signature; the server allows an hour. */
const VALID_SEC = 1_800;
/** Without a service worker by then there is none. */
const WORKER_MS = 10_000;

const keyOf = (bookingId: Hex): string => `wake:${bookingId}`;

const hasPush = (): boolean =>
  'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

/** How it stands with a booking. Where it cannot be found out, nothing is offered that may not come. */
export async function wakeStateOf(bookingId: Hex): Promise<WakeState> {
  if (!hasPush() || Notification.permission === 'denied') return 'NONE';
  if (load<Hex>(keyOf(bookingId)) !== undefined && Notification.permission === 'granted') return 'ON';
  const { publicKey } = await api('getPushKey').catch(() => ({ publicKey: null }));
  return publicKey === null ? 'NONE' : 'OFFERED';
}

/** The browser's own address for messages of this server, which only this browser can read. */
async function subscription(publicKey: string): Promise<PushSubscription> {
  const waiting = new Promise<undefined>((resolve) => setTimeout(resolve, WORKER_MS));
  const registration = await Promise.race([navigator.serviceWorker.ready, waiting]);
  if (registration === undefined) throw noPush('no service worker');
  const options = { userVisibleOnly: true, applicationServerKey: publicKey };
  return registration.pushManager.subscribe(options).catch((cause: Error) => {
    throw noPush(cause.message);
  });
}

const noPush = (value: string): PlugpactError =>
  new PlugpactError({
    code: 'push.unreachable',
    value,
    rule: 'This browser could not get an address for messages.',
    remedy: 'The charge goes on up to what you allowed. Open this page now and then, or allow more.',
  });

/**
 * Asks the reader and the browser that this device be woken for a booking, and leaves the address with the API, signed
 * by the booking's session key.
 */
export async function askToBeWoken({ bookingId, ref, sessionPrivateKey }: StoredBooking): Promise<WakeState> {
  const { publicKey } = await api('getPushKey');
  if (publicKey === null || (await Notification.requestPermission()) !== 'granted') return 'NONE';
  const { endpoint, keys } = (await subscription(publicKey)).toJSON() as {
    endpoint: string;
    keys: { p256dh: string; auth: string };
  };
  const account = privateKeyToAccount(sessionPrivateKey);
  const validUntil = Math.floor(Date.now() / 1_000) + VALID_SEC;
  const signature = await signMessageOf(account, ref, 'Subscription', {
    ...{ account: account.address, bookingId, endpointHash: endpointHash(endpoint), validUntil },
  });
  const to = { channel: 'PUSH' as const, endpoint, keys };
  const { subscriptionId } = await api('subscribe', {
    body: { to, account: account.address, bookingId, validUntil, signature },
  });
  save(keyOf(bookingId), subscriptionId);
  return 'ON';
}
