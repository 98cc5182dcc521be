import { type Address, type Hex, keccak256 } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { requestOf } from '../../../protocol/api/client.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { problemOf, unreachable } from '../app/api.ts';
import type { StoredBooking } from '../booking/storedBookings.ts';
import { vaultError } from './vaultError.ts';

/** A vault as the server has it. */
export interface SealedVault {
  version: number;
  bytes: Uint8Array;
}

/** Where the sealed bytes are kept. */
export interface VaultStore {
  /** Undefined where there is no vault yet. */
  read(): Promise<SealedVault | undefined>;
  /** @returns false where another device has written meanwhile. */
  write(vault: SealedVault): Promise<boolean>;
}

const TIMEOUT_MS = 30_000;
/** How long a header that reads is valid; it is made for each read. */
const WATCH_SEC = 300;

/** Why one way in is no longer open, while another may be. */
const NO_WAY_IN = [
  'signIn.missing',
  'booking.unknown',
  'booking.ended',
  'signature.notSessionKey',
  'vault.notOwner',
];

/**
 * The vault of an account at the API, reached by the session key of one of its open bookings, without a prompt, or by the
 * cookie of a sign-in.
 *
 * @throws PlugpactError `vault.noWayIn` where neither is there.
 */
export function vaultAt(account: Address, openBookings: () => readonly StoredBooking[]): VaultStore {
  /** By each way in turn, until one is open. */
  async function byAnyWay<T>(call: (booking: StoredBooking | undefined) => Promise<T>): Promise<T> {
    for (const booking of [...openBookings(), undefined]) {
      try {
        return await call(booking);
      } catch (error) {
        if (!(error instanceof PlugpactError) || !NO_WAY_IN.includes(error.code)) throw error;
      }
    }
    throw vaultError('noWayIn');
  }
  return {
    read: () => byAnyWay((booking) => readBy(account, booking)),
    write: (vault) => byAnyWay((booking) => writeBy(account, booking, vault)),
  };
}

async function readBy(account: Address, booking?: StoredBooking): Promise<SealedVault | undefined> {
  const query = booking === undefined ? { account } : { bookingId: booking.bookingId };
  const headers = booking === undefined ? {} : await watchHeader(booking);
  const { path } = requestOf('readVault', { params: { account }, query });
  const response = await fetched(path, { headers });
  if (response.status === 404) return absent(await problem(response));
  if (!response.ok) throw await problem(response);
  const version = Number(/^(?:W\/)?"(\d+)"$/.exec(response.headers.get('etag') ?? '')?.[1] ?? Number.NaN);
  return { version, bytes: new Uint8Array(await response.arrayBuffer()) };
}

function absent(error: PlugpactError): undefined {
  if (error.code !== 'vault.unknown') throw error;
}

async function writeBy(
  account: Address,
  booking: StoredBooking | undefined,
  { version, bytes }: SealedVault,
): Promise<boolean> {
  const by = booking === undefined ? { account } : await signedWrite(booking, { version, bytes });
  const { path } = requestOf('writeVault', {
    params: { account },
    query: { ...by, version: String(version) },
  });
  const response = await fetched(path, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: Uint8Array.from(bytes),
  });
  if (response.ok) return true;
  const error = await problem(response);
  if (error.code === 'vault.version') return false;
  throw error;
}

async function signedWrite({ bookingId, ref, sessionPrivateKey }: StoredBooking, vault: SealedVault) {
  const message = { bookingId, version: BigInt(vault.version), contentHash: keccak256(vault.bytes) };
  const signer = privateKeyToAccount(sessionPrivateKey);
  return { bookingId, signature: await signMessageOf(signer, ref, 'VaultWrite', message) };
}

async function watchHeader({ bookingId, ref, sessionPrivateKey }: StoredBooking) {
  const validUntil = Math.floor(Date.now() / 1_000) + WATCH_SEC;
  const signer = privateKeyToAccount(sessionPrivateKey);
  const signature: Hex = await signMessageOf(signer, ref, 'Watch', { bookingId, validUntil });
  return { authorization: `Plugpact-Watch ${validUntil}.${signature}` };
}

const fetched = (path: string, init: RequestInit): Promise<Response> =>
  fetch(path, { ...init, cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((cause) => {
    throw unreachable(cause);
  });

const problem = async (response: Response): Promise<PlugpactError> =>
  problemOf(response.status, await response.text());
