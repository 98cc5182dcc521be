import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Hex, LocalAccount } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { rpc } from '../../support/anvil.ts';
import { inSec, type ServerFixture } from '../fixture.ts';
import { bookCharger, type DriverBooking, listCharger, readingOf, settle } from '../marketActions.ts';
import { caughtUp, signedInAs } from '../support.ts';

export const newKey = (): PrivateKeyAccount => privateKeyToAccount(generatePrivateKey());

/** What an agent hands in: a salt of 32 bytes and a bundle of the booking. `mark` can be looked for in files. */
export function bundleOf(bookingId: Hex, mark = ''): { bytes: Buffer; hash: Hex } {
  const first = `${JSON.stringify({ format: 'plugpact-evidence/2', bookingId })}\n`;
  const bytes = Buffer.concat([Buffer.alloc(32, 7), Buffer.from(`${first}{"at":1,"anomaly":"${mark}"}\n`)]);
  return { bytes, hash: `0x${createHash('sha256').update(bytes).digest('hex')}` };
}

/** Two chargers of two hosts, each with an open booking; one driver has a finished one too, with evidence. */
export interface People {
  host: LocalAccount;
  open: DriverBooking;
  finished: DriverBooking;
  otherHost: LocalAccount;
  other: DriverBooking;
}

export async function newPeople({ ledger, server }: ServerFixture): Promise<People> {
  const { market } = ledger;
  const finished = await bookCharger(market, await listCharger(market));
  const { hash: evidenceHash } = bundleOf(finished.bookingId);
  await settle(market, finished, readingOf(finished, { evidenceHash }));
  const open = await bookCharger(market, await listCharger(market));
  const otherHost = newKey();
  await rpc(market.rpcUrl, 'anvil_setBalance', [otherHost.address, '0xde0b6b3a7640000']);
  const other = await bookCharger(market, await listCharger(market, {}, {}, otherHost));
  await caughtUp(server, ledger);
  return { host: localAccount('host'), open, finished, otherHost, other };
}

/** The header with which an agent hands in a bundle. */
export async function uploadHeader(
  { ledger }: ServerFixture,
  { bookingId, charger }: DriverBooking,
  evidenceHash: Hex,
  { validUntil = inSec(300), key = charger.agent } = {},
): Promise<{ authorization: string }> {
  const message = { bookingId, evidenceHash, validUntil: BigInt(validUntil) };
  const signature = await signMessageOf(key, ledger.market.ref, 'EvidenceUpload', message);
  return { authorization: `Plugpact-Evidence ${validUntil}.${signature}` };
}

export const cookieOf = ({ server }: ServerFixture, account: LocalAccount) => signedInAs(server, account);

export interface BytesAnswer {
  status: number;
  headers: Headers;
  bytes: Buffer;
  /** Where the answer is JSON. */
  body: Record<string, unknown>;
}

/** Calls the API with a body of bytes, or for an answer of bytes, over a connection of its own. */
export async function callBytes(
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  url: string,
  headers: Record<string, string> = {},
  body?: Uint8Array,
): Promise<BytesAnswer> {
  const type = body === undefined ? {} : { 'content-type': 'application/octet-stream' };
  const sent = request(url, { method, agent: false, headers: { ...type, ...headers } });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const bytes = await buffer(response);
  const answered = new Headers(
    Object.entries(response.headers).map(([name, value]) => [name, String(value)] as [string, string]),
  );
  const isJson = /json/.test(answered.get('content-type') ?? '');
  const parsed = isJson ? (JSON.parse(bytes.toString()) as Record<string, unknown>) : {};
  return { status: response.statusCode!, headers: answered, bytes, body: parsed };
}
