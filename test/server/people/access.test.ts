import type { Hex, LocalAccount } from 'viem';
import { toHex } from 'viem';
import { beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../protocol/api/index.ts';
import { fullPath, type Operation } from '../../../protocol/api/operation.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { fixtureForAllTests, inSec, watchHeader } from '../fixture.ts';
import { post } from '../support.ts';
import {
  type BytesAnswer,
  bundleOf,
  callBytes,
  cookieOf,
  newKey,
  newPeople,
  type People,
  uploadHeader,
} from './market-of-people.ts';
import { PICTURES } from './photos/pictures.ts';

const fixture = fixtureForAllTests({
  limits: { signIn: { count: 1_000, windowSec: 60 }, agent: { count: 10_000, windowSec: 60 } },
});

/** What only the parties may learn. */
const SECRET = 'only the parties may read this';

/** The resource that an operation names, and what else a good request carries. */
interface Sample {
  params?: Record<string, string>;
  query?: string;
  body?: unknown;
  bytes?: Buffer;
  /** Acts on the caller's own data: others get theirs, and nothing of the party's. */
  isOfCaller?: true;
}

let people: People;
let samples: Record<string, Sample>;
/** Each with the headers of a request; those who are signed in sign in again, since some requests sign them out. */
let strangers: Record<string, () => Promise<Record<string, string>>>;

/** The party whose resources the requests name: the driver and the host of a finished booking, with all that they keep. */
beforeAll(async () => {
  people = await newPeople(fixture);
  const { finished, host, other, otherHost } = people;
  const evidence = bundleOf(finished.bookingId);
  const api = (path: string) => `${fixture.server.api}${path}`;
  const driver = await cookieOf(fixture, finished.driver);
  const { hash: evidenceHash } = evidence;
  const upload = await uploadHeader(fixture, finished, evidenceHash);
  await callBytes(
    'PUT',
    api(`/bookings/${finished.bookingId}/evidence/${evidenceHash}`),
    upload,
    evidence.bytes,
  );
  await callBytes('PUT', api(`/vaults/${finished.driver.address}?version=1`), driver, Buffer.from(SECRET));
  const { body: fault } = await post<{ faultId: Hex }>(
    api(`/bookings/${finished.bookingId}/faults`),
    { kind: 'OTHER', comment: SECRET },
    driver,
  );
  const photo = await callBytes('POST', api('/me/photos'), driver, PICTURES.png);
  samples = samplesFor({ evidenceHash, faultId: fault.faultId, photoId: photo.body.photoId as Hex });
  const expert = await formerReader(driver);
  const former = [await signedOut(finished.driver), await signedOut(host)];
  strangers = {
    'somebody who is not signed in': async () => ({}),
    'another driver': () => cookieOf(fixture, other.driver),
    'another host': () => cookieOf(fixture, otherHost),
    'another with whom was shared': () => cookieOf(fixture, expert),
    'the driver after signing out': async () => former[0]!,
    'the host after signing out': async () => former[1]!,
  };
});

/** A share was given, and taken back. */
async function formerReader(driver: Record<string, string>): Promise<LocalAccount> {
  const expert = newKey();
  const share = `${fixture.server.api}/bookings/${people.finished.bookingId}/evidence-shares/${expert.address}`;
  const body = Buffer.from(JSON.stringify({ expiresAt: inSec(600) }));
  const given = await callBytes('PUT', share, { ...driver, 'content-type': 'application/json' }, body);
  expect(given.status).toBe(200);
  await callBytes('DELETE', share, driver);
  return expert;
}

async function signedOut(account: LocalAccount): Promise<Record<string, string>> {
  const headers = await cookieOf(fixture, account);
  await callBytes('DELETE', `${fixture.server.api}/sign-in`, headers);
  return headers;
}

function samplesFor({ evidenceHash, faultId, photoId }: Record<string, Hex>): Record<string, Sample> {
  const { bookingId, driver, charger } = people.finished;
  const params = { bookingId };
  const ofEvidence = { params: { bookingId, evidenceHash: evidenceHash! } };
  const ofShare = { params: { bookingId, account: people.other.driver.address } };
  const ofFault = { params: { faultId: faultId! } };
  const ofVault = { params: { account: driver.address } };
  const signature = toHex(1, { size: 65 });
  const ofSignature = { params, body: { signature } };
  const mine = { isOfCaller: true } as const;
  return {
    signOutEverywhere: mine,
    listMyBookings: mine,
    listMyNotices: mine,
    getMyHealth: mine,
    listHosted: mine,
    putProfile: { ...mine, body: { name: '', about: '', photoId: null } },
    deleteProfile: mine,
    putMessageKey: { body: { publicKey: `0x04${'01'.repeat(64)}`, signature } },
    addPhoto: { query: `listingId=${charger.listingId}`, bytes: PICTURES.png },
    listMyPhotos: mine,
    deletePhoto: { ...mine, params: { photoId: photoId! } },
    putRating: { params, body: { stars: 1, comment: '', ratedAt: inSec(0), signature } },
    deleteRating: { params },
    reportFault: { params, body: { kind: 'OTHER', comment: '' } },
    withdrawFault: ofFault,
    resolveFault: ofFault,
    listMyFaults: mine,
    getEvidence: { params },
    readEvidence: ofEvidence,
    shareEvidence: { ...ofShare, body: { expiresAt: inSec(600) } },
    unshareEvidence: ofShare,
    deleteEvidence: { params },
    listMessages: { params },
    sendMessage: { params, body: { toDriver: '0x00', toHost: '0x00' } },
    readVault: ofVault,
    writeVault: { ...ofVault, query: 'version=2', bytes: Buffer.from('x') },
    deleteVault: ofVault,
    countMyData: mine,
    eraseMyData: mine,
    getHealthHistory: { params: { listingId: charger.listingId } },
    watchBooking: { params },
    listBookingNotices: { params },
    putEvidence: { ...ofEvidence, bytes: Buffer.from('x') },
    stopCharging: ofSignature,
    requestHandover: ofSignature,
    listOcpiCdrs: {},
    readOcpiCredentials: {},
    registerOcpiParty: { body: OCPI_PARTY },
    renewOcpiParty: { body: OCPI_PARTY },
    unregisterOcpiParty: {},
    subscribe: {
      body: {
        to: { channel: 'WEBHOOK', endpoint: 'https://hooks.example/' },
        ...{ account: driver.address, bookingId: null, validUntil: inSec(300), signature },
      },
    },
    raiseAllowance: { params: { bookingId: people.open.bookingId }, body: { cost: '1', signature } },
  };
}

/** Reading what asks for a token of OCPI's credentials, of which the frame of operations does not know. */
const BY_TOKEN = ['listOcpiCdrs', 'readOcpiCredentials'];

const OCPI_PARTY = {
  token: 'a-token-of-nobody',
  url: 'https://ocpi.example/versions',
  roles: [{ role: 'EMSP', party_id: 'ABC', country_code: 'CH', business_details: { name: 'A' } }],
};

/** What is for everybody, and what the agent alone can judge (its own tests show that it refuses). */
const OPEN = [
  'signIn',
  'signOut',
  'getNonce',
  'relayCall',
  'giveDemoMoney',
  'moveWallbox',
  'beginShownCharge',
  'pairCharger',
  'startCharging',
  'sendLocation',
  'sendPlace',
  'approveHandover',
  // Its id is a secret, and it answers the same where there is none; see subscriptions.test.ts.
  'unsubscribe',
  // A co-signature names a reading that the agent sent; see charging.test.ts.
  'cosignReading',
];

const isPrivate = ({ operationId, method, security }: Operation): boolean =>
  !OPEN.includes(operationId) &&
  (security !== undefined || method !== 'get' || BY_TOKEN.includes(operationId));

const privates = OPERATIONS.filter(isPrivate);

const ask = (operation: Operation, headers: Record<string, string>): Promise<BytesAnswer> => {
  const { params = {}, query, body, bytes } = samples[operation.operationId]!;
  const path = fullPath(operation).replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name]!);
  const url = `${fixture.server.url}${path}${query === undefined ? '' : `?${query}`}`;
  const method = operation.method.toUpperCase() as 'GET';
  if (body === undefined) return callBytes(method, url, headers, bytes);
  const json = { 'content-type': 'application/json', ...headers };
  return callBytes(method, url, json, Buffer.from(JSON.stringify(body)));
};

it('covers every private operation of the API', () => {
  expect(Object.keys(samples).sort()).toEqual(privates.map(({ operationId }) => operationId).sort());
});

describe.each(privates.map((one) => [one.operationId, one] as const))('%s', (operationId, operation) => {
  it('is refused to whom it is not for', async () => {
    const { isOfCaller } = samples[operationId]!;
    for (const [who, headersOf] of Object.entries(strangers)) {
      const { status, bytes, headers } = await ask(operation, await headersOf());
      const isSignedIn = who.startsWith('another');
      const where = `${operationId} for ${who}: ${status}`;
      if (!isSignedIn && operation.security === 'session') expect(status, where).toBe(401);
      if (isSignedIn && isOfCaller) expect(status, where).toBeLessThan(300);
      else expect([401, 403], where).toContain(status);
      const text = bytes.toString();
      expect(text.includes(SECRET) || text.includes(people.finished.bookingId), where).toBe(false);
      if (status < 300) expect(headers.get('cache-control'), where).toMatch(/no-store|private/);
    }
  });
});

it('is refused to a device with the session key of another booking, and of one that has ended', async () => {
  const { finished, other } = people;
  const foreign = { bookingId: finished.bookingId, sessionKey: other.sessionKey };
  const headers = await watchHeader(fixture, foreign);
  for (const operationId of ['watchBooking', 'listBookingNotices', 'listMessages', 'sendMessage']) {
    const operation = privates.find((one) => one.operationId === operationId)!;
    const answer = await ask(operation, headers);
    expect(answer, operationId).toMatchObject({ status: 403, body: { code: 'signature.notSessionKey' } });
  }
  const vault = `${fixture.server.api}/vaults/${finished.driver.address}?bookingId=${finished.bookingId}`;
  const device = await watchHeader(fixture, finished);
  expect(await callBytes('GET', vault, device)).toMatchObject({
    status: 409,
    body: { code: 'booking.ended' },
  });
});

it('is refused to a signature of a key that is not the booking’s', async () => {
  const { open, other } = people;
  const message = { bookingId: open.bookingId };
  const signature = await signMessageOf(other.sessionKey, fixture.ledger.market.ref, 'Stop', message);
  const stopped = await post(`${fixture.server.api}/bookings/${open.bookingId}/stop`, { signature });
  expect(stopped).toMatchObject({ status: 403, body: { code: 'signature.notSessionKey' } });
});

/** What a page of any site can have a browser send without asking first. */
const FORMS = ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain'];

/** It takes no body: the cookie of the sign-in, which is `SameSite=Strict`, is all that decides. */
const WITHOUT_BODY = ['resolveFault'];

it('is refused to an HTML form, even with the cookie of a party and a body that would be right as JSON', async () => {
  const driver = await cookieOf(fixture, people.finished.driver);
  const posts = OPERATIONS.filter(
    ({ method, operationId }) => method === 'post' && !WITHOUT_BODY.includes(operationId),
  );
  for (const operation of posts) {
    const { params, body = {} } = samples[operation.operationId] ?? {};
    const path = fullPath(operation).replaceAll(
      /\{(\w+)\}/g,
      (_, name: string) => params?.[name] ?? toHex(1, { size: 32 }),
    );
    for (const type of FORMS) {
      const headers = { ...driver, 'content-type': type };
      const sent = Buffer.from(JSON.stringify(body));
      const { status } = await callBytes('POST', `${fixture.server.url}${path}`, headers, sent);
      // OCPI answers in its own words that the request breaks a rule.
      const expected = operation.tag === 'ocpi' ? [400, 401, 415] : [415];
      expect(expected, `${operation.operationId} by ${type}: ${status}`).toContain(status);
    }
  }
});

it('left what it refused as it was', async () => {
  const { finished } = people;
  const driver = await cookieOf(fixture, finished.driver);
  const vault = await callBytes('GET', `${fixture.server.api}/vaults/${finished.driver.address}`, driver);
  expect([vault.headers.get('etag'), vault.bytes.toString()]).toEqual(['"1"', SECRET]);
  const { bytes, hash } = bundleOf(finished.bookingId);
  const url = `${fixture.server.api}/bookings/${finished.bookingId}/evidence/${hash}`;
  expect((await callBytes('GET', url, driver)).bytes).toEqual(bytes);
});
