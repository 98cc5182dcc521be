import { latLngToCell } from 'h3-js';
import { type Address, type Hex, toHex } from 'viem';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HostFaultJson } from '../../../protocol/api/faultReports.ts';
import type { PhotoJson, ProfileJson } from '../../../protocol/api/profiles.ts';
import type { RatingJson, RatingSummary } from '../../../protocol/api/ratings.ts';
import type { ConnectorState } from '../../../protocol/api/statistics.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { connectedAgent } from '../agentPeer.ts';
import { fixtureForAllTests, inSec } from '../fixture.ts';
import { readingOf } from '../marketActions.ts';
import { call, get, post, waitFor } from '../support.ts';
import { callBytes, cookieOf, newKey, newPeople, type People } from './market-of-people.ts';
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

  it('states VAT since when it was first said, and none where it is left out', async () => {
    const account = newKey();
    const headers = await cookieOf(fixture, account);
    const words = { name: '', about: '', photoId: null };
    const vat = { basisPoints: 1_900, number: 'DE123456789' };
    const stated = async (more: object) =>
      (
        (await put('/me/profile', { ...words, ...more }, headers)).body as {
          vat: typeof vat & { since: number };
        }
      ).vat;
    const first = await stated({ vat });
    expect(first).toMatchObject(vat);
    expect(await stated({ vat })).toEqual(first);
    expect((await stated({ vat: { ...vat, basisPoints: 700 } })).since).toBeGreaterThanOrEqual(first.since);
    expect(await stated({})).toBeNull();
    const wrong = await put('/me/profile', { ...words, vat: { ...vat, basisPoints: 5_001 } }, headers);
    expect(wrong).toMatchObject({ status: 400, body: { code: 'input.invalid' } });
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
