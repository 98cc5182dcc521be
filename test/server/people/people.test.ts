import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { latLngToCell } from 'h3-js';
import { type Address, bytesToHex, type Hex, hexToBytes, keccak256, toHex } from 'viem';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HostFaultJson } from '../../../protocol/api/faultReports.ts';
import type { PhotoJson, ProfileJson } from '../../../protocol/api/profiles.ts';
import type { RatingJson, RatingSummary } from '../../../protocol/api/ratings.ts';
import type { MessageJson } from '../../../protocol/api/sealedMessages.ts';
import type { ConnectorState } from '../../../protocol/api/statistics.ts';
import { open, seal } from '../../../protocol/seal.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { connectedAgent } from '../agentPeer.ts';
import { fixtureForAllTests, inSec, watchHeader } from '../fixture.ts';
import { readingOf } from '../marketActions.ts';
import { call, get, post, waitFor } from '../support.ts';
import {
  bundleOf,
  callBytes,
  cookieOf,
  newKey,
  newPeople,
  type People,
  uploadHeader,
} from './market-of-people.ts';
import { PICTURES } from './photos/pictures.ts';

const fixture = fixtureForAllTests({ limits: { signIn: { count: 1_000, windowSec: 60 } } });
let people: People;
beforeAll(async () => {
  people = await newPeople(fixture);
});

const api = (path: string) => `${fixture.server.api}${path}`;
const json = { 'content-type': 'application/json' };
const put = <T>(path: string, body: unknown, headers: Record<string, string>) =>
  call<T>('PUT', api(path), { headers: { ...json, ...headers }, body: JSON.stringify(body) });
const remove = (path: string, headers: Record<string, string>) => call('DELETE', api(path), { headers });
const lower = (address: Address) => address.toLowerCase() as Address;

describe('a profile', () => {
  it('is what its account says, with a photo without its metadata', async () => {
    const account = newKey();
    const headers = await cookieOf(fixture, account);
    const added = await callBytes('POST', api('/me/photos'), headers, PICTURES.jpeg);
    expect(added).toMatchObject({ status: 201, body: { contentType: 'image/jpeg', width: 24, height: 16 } });
    const photoId = added.body.photoId as Hex;
    const said = { name: 'Ada', about: 'Two sockets\nbehind the house', photoId };
    expect((await put('/me/profile', said, headers)).status).toBe(200);
    const read = () => get<ProfileJson>(api(`/profiles/${account.address}`));
    expect((await read()).body).toMatchObject({ ...said, account: lower(account.address), messageKey: null });
    const shown = await callBytes('GET', api(`/photos/${photoId}`));
    expect(shown.headers.get('content-type')).toBe('image/jpeg');
    expect(shown.headers.get('x-content-type-options')).toBe('nosniff');
    expect(shown.bytes.includes('ICC')).toBe(false);
    expect((await remove(`/me/photos/${photoId}`, headers)).status).toBe(204);
    expect((await read()).body.photoId).toBeNull();
    expect((await callBytes('GET', api(`/photos/${photoId}`))).status).toBe(404);
    expect((await remove('/me/profile', headers)).status).toBe(204);
    expect((await read()).body).toMatchObject({ name: '', about: '', updatedAt: null });
  });

  it('shows no photo of another account, and no text that hides text', async () => {
    const headers = await cookieOf(fixture, newKey());
    const photoId = toHex(1, { size: 32 });
    const wrong = await put('/me/profile', { name: 'A', about: '', photoId }, headers);
    expect(wrong).toMatchObject({ status: 404, body: { code: 'photo.unknown' } });
    for (const name of ['a\u0000b', 'a\u202Eb', '\uD800', 'x'.repeat(61)]) {
      const answer = await put('/me/profile', { name, about: '', photoId: null }, headers);
      expect(answer).toMatchObject({ status: 400, body: { code: 'input.invalid' } });
    }
  });

  it('takes photos by content, of at most 1 MiB, 20 of them', async () => {
    const headers = await cookieOf(fixture, newKey());
    const add = (bytes: Uint8Array, query = '', more = {}) =>
      callBytes('POST', api(`/me/photos${query}`), { ...headers, ...more }, bytes);
    const svg = await add(Buffer.from('<svg onload="alert(1)"/>'), '', { 'content-type': 'image/png' });
    expect(svg).toMatchObject({ status: 415, body: { code: 'photo.type' } });
    expect(await add(Buffer.alloc(1_048_577))).toMatchObject({
      status: 413,
      body: { code: 'photo.tooLarge' },
    });
    const { listingId } = people.open.charger;
    const foreign = await add(PICTURES.png, `?listingId=${listingId}`);
    expect(foreign).toMatchObject({ status: 403, body: { code: 'listing.notHost' } });
    // Scans of other bytes are other photos.
    const photos = Array.from({ length: 21 }, (_, i) => {
      const bytes = Buffer.from(PICTURES.jpeg);
      bytes[bytes.length - 6] = i;
      return bytes;
    });
    const codes = [];
    for (const one of photos) codes.push((await add(one)).status);
    expect(codes).toEqual([...Array.from({ length: 20 }, () => 201), 409]);
    expect((await add(photos[0]!)).status).toBe(201);
    expect((await get<{ photos: PhotoJson[] }>(api('/me/photos'), headers)).body.photos).toHaveLength(20);
  });

  it('of a host shows photos of the charger', async () => {
    const headers = await cookieOf(fixture, people.host);
    const { listingId } = people.open.charger;
    await callBytes('POST', api(`/me/photos?listingId=${listingId}`), headers, PICTURES.webpLossless);
    const { photos } = (await get<{ photos: PhotoJson[] }>(api(`/chargers/${listingId}/photos`))).body;
    expect(photos).toMatchObject([{ listingId, contentType: 'image/webp' }]);
  });
});

describe('a rating', () => {
  const rate = async (change: Partial<RatingJson> = {}, key = people.finished.driver) => {
    const { bookingId, driver } = people.finished;
    const said = { bookingId, stars: 4, comment: 'Friendly', ratedAt: inSec(0), ...change };
    const message = { ...said, ratedAt: BigInt(said.ratedAt) };
    const signature = await signMessageOf(key, fixture.ledger.market.ref, 'Rating', message);
    const { bookingId: id, ...body } = { ...said, signature };
    return put(`/bookings/${id}/rating`, body, await cookieOf(fixture, driver));
  };

  it('is of a finished booking, signed, and one: a newer one takes its place', async () => {
    const { charger } = people.finished;
    const list = async () =>
      (
        await get<{ summary: RatingSummary; ratings: RatingJson[]; cursor: string | null }>(
          api(`/chargers/${charger.listingId}/ratings`),
        )
      ).body;
    expect((await rate()).status).toBe(200);
    expect((await rate({ stars: 2, ratedAt: inSec(30) })).status).toBe(200);
    expect(await rate({ stars: 5, ratedAt: inSec(0) })).toMatchObject({
      status: 409,
      body: { code: 'rating.older' },
    });
    const { summary, ratings, cursor } = await list();
    expect(ratings).toMatchObject([{ stars: 2, driver: lower(people.finished.driver.address) }]);
    expect(cursor).toBeNull();
    expect(summary).toEqual({
      ratings: 1,
      distinctDrivers: 1,
      independentPayers: 1,
      averageHundredths: 200,
    });
    const cookie = await cookieOf(fixture, people.finished.driver);
    expect((await remove(`/bookings/${people.finished.bookingId}/rating`, cookie)).status).toBe(204);
    expect((await list()).ratings).toEqual([]);
  });

  it('of another key, another time or an open booking is refused', async () => {
    expect(await rate({}, newKey())).toMatchObject({ status: 403, body: { code: 'signature.notAccount' } });
    for (const ratedAt of [inSec(600), 1_700_000_000]) {
      expect(await rate({ ratedAt })).toMatchObject({ status: 400, body: { code: 'rating.time' } });
    }
    const body = { stars: 5, comment: '', ratedAt: inSec(0), signature: '0x00' };
    const cookie = await cookieOf(fixture, people.open.driver);
    expect(await put(`/bookings/${people.open.bookingId}/rating`, body, cookie)).toMatchObject({
      status: 409,
      body: { code: 'booking.notFinished' },
    });
  });
});

describe('a fault', () => {
  it('reaches the host with its words, and the map by its kind, until it is repaired', async () => {
    const { bookingId, driver, charger } = people.open;
    const guest = await cookieOf(fixture, driver);
    const host = await cookieOf(fixture, people.host);
    const report = () =>
      post<{ faultId: Hex }>(
        api(`/bookings/${bookingId}/faults`),
        { kind: 'NO_POWER', comment: 'Red lamp' },
        guest,
      );
    const { status, body } = await report();
    expect(status).toBe(201);
    expect(await report()).toMatchObject({ status: 409, body: { code: 'fault.reported' } });
    const shown = await get(api(`/chargers/${charger.listingId}/faults`));
    expect(shown.body.faults).toMatchObject([{ kind: 'NO_POWER', resolvedAt: null }]);
    expect(JSON.stringify(shown.body)).not.toMatch(/Red lamp|bookingId/);
    const mine = async () =>
      (await get<{ faults: HostFaultJson[] }>(api('/me/faults'), host)).body.faults.find(
        (one) => one.faultId === body.faultId,
      );
    expect(await mine()).toMatchObject({ bookingId, comment: 'Red lamp' });
    expect((await post(api(`/faults/${body.faultId}/resolution`), {}, host)).status).toBe(200);
    expect((await mine())?.resolvedAt).toBeGreaterThan(0);
    expect((await remove(`/faults/${body.faultId}`, guest)).status).toBe(204);
    expect(await mine()).toBeUndefined();
  });
});

describe('an evidence bundle', () => {
  it('comes from the agent, and goes to the parties and those with whom they share, until they do not', async () => {
    const { finished, host } = people;
    const { bytes, hash } = bundleOf(finished.bookingId);
    const url = api(`/bookings/${finished.bookingId}/evidence/${hash}`);
    const upload = await uploadHeader(fixture, finished, hash);
    expect(await callBytes('PUT', url, upload, bytes)).toMatchObject({
      status: 201,
      body: { sizeBytes: bytes.length },
    });
    const read = async (account = host) => callBytes('GET', url, await cookieOf(fixture, account));
    for (const party of [host, finished.driver]) expect((await read(party)).bytes).toEqual(bytes);
    const expert = newKey();
    expect(await read(expert)).toMatchObject({ status: 403, body: { code: 'booking.notParty' } });
    const guest = await cookieOf(fixture, finished.driver);
    const share = `/bookings/${finished.bookingId}/evidence-shares/${expert.address}`;
    expect((await put(share, { expiresAt: inSec(600) }, guest)).status).toBe(200);
    expect((await read(expert)).bytes).toEqual(bytes);
    expect((await remove(share, guest)).status).toBe(204);
    expect((await read(expert)).status).toBe(403);
    const none = { status: 400, body: { code: 'evidence.shareTime' } };
    for (const expiresAt of [inSec(-1), inSec(400 * 86_400)])
      expect(await put(share, { expiresAt }, guest)).toMatchObject(none);
    const all = `/bookings/${finished.bookingId}/evidence`;
    expect(await remove(all, guest)).toMatchObject({ status: 403, body: { code: 'booking.notHost' } });
    expect((await remove(all, await cookieOf(fixture, host))).status).toBe(204);
    expect((await read()).status).toBe(404);
  });

  it('of another key, time, booking, hash or reading is refused before it is stored', async () => {
    const { finished, open: running, other } = people;
    const { bytes, hash } = bundleOf(finished.bookingId);
    const url = api(`/bookings/${finished.bookingId}/evidence/${hash}`);
    const refused = async (header: Record<string, string>, code: string, body = bytes, to = url) =>
      expect((await callBytes('PUT', to, header, body)).body.code).toBe(code);
    await refused({}, 'signature.missing');
    await refused(
      await uploadHeader(fixture, finished, hash, { validUntil: inSec(-1) }),
      'signature.expired',
    );
    await refused(
      await uploadHeader(fixture, finished, hash, { validUntil: inSec(900) }),
      'signature.expired',
    );
    await refused(
      await uploadHeader(fixture, finished, hash, { key: other.charger.agent }),
      'signature.notAgent',
    );
    await refused(await uploadHeader(fixture, other, hash), 'signature.notAgent');
    await refused(await uploadHeader(fixture, finished, hash), 'evidence.hash', Buffer.from('other'));
    const foreign = bundleOf(running.bookingId, 'x');
    const elsewhere = api(`/bookings/${finished.bookingId}/evidence/${foreign.hash}`);
    const header = await uploadHeader(fixture, finished, foreign.hash);
    await refused(header, 'evidence.notOfReading', foreign.bytes, elsewhere);
    const wrong = bundleOf(finished.bookingId);
    const ofOpen = api(`/bookings/${running.bookingId}/evidence/${wrong.hash}`);
    await refused(
      await uploadHeader(fixture, running, wrong.hash),
      'evidence.malformed',
      wrong.bytes,
      ofOpen,
    );
    expect((await fixture.server.db.selectFrom('evidence').select('bookingId').execute()).length).toBe(0);
  });
});

describe('messages', () => {
  it('are read by guest and host alone: the device seals to the host’s signed key, the host to the session key', async () => {
    const { host, open: booked } = people;
    const hostKey = newKey();
    const hostSecret = toHex(new Uint8Array(32).fill(3));
    const { PrivateKey } = await import('eciesjs');
    const publicKey = bytesToHex(new PrivateKey(hexToBytes(hostSecret)).publicKey.toBytes(false));
    const cookie = await cookieOf(fixture, host);
    const signed = async (key: typeof hostKey | typeof host) => {
      const message = { account: host.address, publicKeyHash: keccak256(publicKey) };
      return {
        publicKey,
        signature: await signMessageOf(key, fixture.ledger.market.ref, 'MessageKey', message),
      };
    };
    expect(await put('/me/message-key', await signed(hostKey), cookie)).toMatchObject({
      status: 403,
      body: { code: 'signature.notAccount' },
    });
    expect((await put('/me/message-key', await signed(host), cookie)).status).toBe(204);
    const { messageKey } = (await get<ProfileJson>(api(`/profiles/${host.address}`))).body;
    const device = await watchHeader(fixture, booked);
    const url = api(`/bookings/${booked.bookingId}/messages`);
    const read = async (headers: Record<string, string>, after = 0) =>
      (await get<{ messages: MessageJson[]; driverKey: Hex | null }>(`${url}?after=${after}`, headers)).body;
    expect((await read(cookie)).driverKey).toBeNull();
    const toDriver = '0x00' as Hex;
    await post(url, { toDriver, toHost: seal(messageKey!.publicKey, 'The gate is shut') }, device);
    const atHost = await read(cookie);
    expect(atHost.messages).toMatchObject([{ seq: 1, sender: 'DRIVER' }]);
    expect(open(hostSecret, atHost.messages[0]!.sealed)).toBe('The gate is shut');
    const sealed = seal(atHost.driverKey!, 'Coming');
    await post(url, { toDriver: sealed, toHost: toDriver }, cookie);
    expect((await read(device, 1)).messages).toEqual([
      { seq: 2, sender: 'HOST', sealed, sentAt: expect.any(Number) },
    ]);
    // Both sides at once: each message has a number of its own.
    const answers = await Promise.all(
      [device, cookie, device, cookie].map((headers) =>
        post<{ seq: number }>(url, { toDriver, toHost: toDriver }, headers),
      ),
    );
    expect(answers.map(({ body }) => body.seq).sort()).toEqual([3, 4, 5, 6]);
    const stored = await fixture.server.db.selectFrom('driverKeys').selectAll().execute();
    expect(JSON.stringify(stored)).not.toContain(device.authorization.split('.')[1]);
  });
});

describe('a vault', () => {
  it('is written by the account’s devices in turn, and read by them alone', async () => {
    const { open: booked, finished } = people;
    const account = booked.driver.address;
    const cookie = await cookieOf(fixture, booked.driver);
    const url = api(`/vaults/${account}`);
    const write = (version: number, bytes: Buffer) =>
      callBytes('PUT', `${url}?version=${version}`, cookie, bytes);
    expect((await callBytes('GET', url, cookie)).body.code).toBe('vault.unknown');
    expect((await write(1, Buffer.from('one'))).status).toBe(200);
    const both = await Promise.all([write(2, Buffer.from('left')), write(2, Buffer.from('right'))]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await write(3, Buffer.alloc(65_537))).body.code).toBe('vault.tooLarge');
    const largest = Buffer.alloc(65_536, 9);
    const { bookingId, sessionKey } = booked;
    const signed = async (
      made: Pick<typeof booked, 'bookingId' | 'sessionKey'>,
      version: number,
      bytes: Buffer,
    ) => {
      const message = { bookingId: made.bookingId, version: BigInt(version), contentHash: keccak256(bytes) };
      const signature = await signMessageOf(
        made.sessionKey,
        fixture.ledger.market.ref,
        'VaultWrite',
        message,
      );
      return `${url}?version=${version}&bookingId=${made.bookingId}&signature=${signature}`;
    };
    expect((await callBytes('PUT', await signed(booked, 3, largest), {}, largest)).status).toBe(200);
    const device = await watchHeader(fixture, { bookingId, sessionKey });
    const read = await callBytes('GET', `${url}?bookingId=${bookingId}`, device);
    expect([read.headers.get('etag'), read.bytes.equals(largest)]).toEqual(['"3"', true]);
    const changed = await callBytes('PUT', await signed(booked, 4, largest), {}, Buffer.from('other'));
    expect(changed.body.code).toBe('signature.notSessionKey');
    const foreign = await callBytes('PUT', await signed(people.other, 4, largest), {}, largest);
    expect(foreign.body.code).toBe('vault.notOwner');
    const dead = `${api(`/vaults/${finished.driver.address}`)}?bookingId=${finished.bookingId}`;
    expect((await callBytes('GET', dead, await watchHeader(fixture, finished))).body.code).toBe(
      'booking.ended',
    );
    expect((await remove(`/vaults/${account}`, cookie)).status).toBe(204);
    expect((await callBytes('GET', url, cookie)).status).toBe(404);
  });
});

describe('figures', () => {
  it('of a connector are kept for its host, a row for each change', async () => {
    const { charger } = people.open;
    const { listingId, listing, agent } = charger;
    const { connector } = listing.place;
    const peer = await connectedAgent(fixture.server.host, fixture.ledger.market.ref, { account: agent });
    const cookie = await cookieOf(fixture, people.host);
    const states = async () =>
      (await get<{ states: ConnectorState[] }>(api(`/me/health/${listingId}`), cookie)).body.states;
    const health = { lastError: 'GroundFailure', temperatureC: 40 };
    await peer.heartbeat([{ connector, listingId, status: 'OUTOFORDER', health }]);
    await waitFor('the first state', async () => (await states()).length === 1);
    await peer.heartbeat([
      { connector, listingId, status: 'OUTOFORDER', health: { ...health, temperatureC: 50 } },
    ]);
    const at = (await states())[0]!.at;
    await waitFor('the next second', () => inSec(0) > at);
    await peer.heartbeat([{ connector, listingId, status: 'AVAILABLE' }]);
    await waitFor('the second state', async () => (await states()).length === 2);
    expect(await states()).toMatchObject([
      { status: 'AVAILABLE', health: null },
      { status: 'OUTOFORDER', health },
    ]);
    await peer.stop();
  });

  it('of the market count finished sessions by day', async () => {
    const { body } = await get<{ daily: { completedSessions: number; energyWh: number }[] }>(
      api('/statistics'),
    );
    expect(body.daily).toHaveLength(30);
    const { energyWh } = readingOf(people.finished);
    const sum = body.daily.slice(0, 2).reduce((all, day) => all + day.energyWh, 0);
    expect(sum).toBe(energyWh);
  });

  it('of searches without a match show no cell of few, and no present day', async () => {
    const [latitude, longitude] = [61.5, 23.75];
    const cell = latLngToCell(latitude, longitude, 5);
    const { db } = fixture.server;
    const counts = () => db.selectFrom('demand').selectAll().execute();
    for (let i = 0; i < 3; i++) {
      await get(api(`/quotes?latitude=${latitude}&longitude=${longitude}&energyWh=10000`));
    }
    await waitFor('the search to be counted', async () => (await counts()).length === 1);
    const today = Math.floor(inSec(0) / 86_400);
    expect(await counts()).toEqual([{ day: today, cell, searchCount: 1 }]);
    const rows = [4, 5].map((searchCount) => ({
      day: today - 1,
      cell: `${cell.slice(0, 13)}${searchCount}f`,
      searchCount,
    }));
    await db.insertInto('demand').values(rows).execute();
    expect((await get(api('/demand'))).body.cells).toEqual([
      { cell: `${cell.slice(0, 13)}5f`, searchCount: 5 },
    ]);
    const day = new Date(today * 86_400_000).toISOString().slice(0, 10);
    expect((await get(api(`/demand?day=${day}`))).status).toBe(400);
    expect((await get(api('/demand?day=2026-02-31'))).status).toBe(400);
  });
});

describe('what is erased', () => {
  it('is gone from every table and from the database’s files; others keep theirs', async () => {
    const { open: booked, other } = people;
    const mark = `erase-me-${bytesToHex(randomBytes(8)).slice(2)}`;
    const accounts = [booked.driver, other.driver];
    for (const account of accounts) {
      const cookie = await cookieOf(fixture, account);
      await put('/me/profile', { name: mark, about: mark, photoId: null }, cookie);
      await callBytes(
        'PUT',
        api(`/vaults/${account.address}?version=1`),
        cookie,
        Buffer.from(mark.repeat(900)),
      );
    }
    const cookie = await cookieOf(fixture, booked.driver);
    await callBytes('POST', api('/me/photos'), cookie, PICTURES.png);
    const { body: counted } = await get<{ rows: Record<string, number> }>(api('/me/data'), cookie);
    expect(counted.rows).toMatchObject({ profiles: 1, vaults: 1, photos: 1 });
    const erased = await remove('/me/data', cookie);
    expect(erased).toMatchObject({ status: 200, body: counted });
    expect((await get(api('/me/data'), cookie)).status).toBe(401);
    const again = await cookieOf(fixture, booked.driver);
    expect((await get(api('/me/data'), again)).body).toEqual({ rows: { signIns: 1 } });
    const others = await cookieOf(fixture, other.driver);
    expect((await get(api('/me/data'), others)).body.rows).toMatchObject({ profiles: 1, vaults: 1 });
    await remove('/me/data', others);
    const { databaseFile } = fixture.server.config;
    if (databaseFile === undefined) return;
    for (const file of [databaseFile, `${databaseFile}-wal`]) {
      expect((await readFile(file)).includes(mark), file).toBe(false);
    }
  });

  it('does not include what stands on the ledger, of which there is a list', async () => {
    const { events } = (
      await get<{ events: { event: string; fields: string[] }[] }>(api('/ledger/permanent'))
    ).body;
    const booked = events.find(({ event }) => event === 'Booked');
    expect(events.length).toBeGreaterThan(20);
    expect(booked?.fields.length).toBeGreaterThan(3);
  });
});
