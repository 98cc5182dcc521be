import { type Hex, recoverTypedDataAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { OcpiCdr, OcpiLocation, OcpiTariff } from '../../../../protocol/api/ocpi-objects.ts';
import { LISTING_STATUS } from '../../../../protocol/listing.ts';
import { signMessageOf } from '../../../../protocol/signature.ts';
import { SIGNED_TYPES } from '../../../../protocol/signedTypes.ts';
import { localAccount } from '../../../../scripts/lib/local-accounts.ts';
import { FEED_BOUNDS, fetchFeed } from '../../../../server/ocpi/fetchFeed.ts';
import { readRow } from '../../../../server/ocpi/location.ts';
import { write } from '../../../support/market.ts';
import { envelope, credentials as ocpiCredentials, refusal } from '../../../support/ocpi/transport.ts';
import { connectedAgent } from '../../agentPeer.ts';
import { bookCharger, type Charger, listCharger, readingOf, settle } from '../../marketActions.ts';
import {
  call,
  caughtUp,
  get,
  post,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
  waitFor,
} from '../../support.ts';
import { ocpiClient, type Sent, tokenHeader } from './ocpi-client.ts';

const TOKEN = 'given-to-an-app-by-the-operator';
const GIVEN = tokenHeader(TOKEN);

let ledger: TestLedger;
let server: TestServer;

beforeAll(async () => {
  ledger = await startLedger();
  const env = { OCPI_PARTY: 'NL*ABC', OCPI_TOKENS: `app=${TOKEN}`, OCPI_OPERATOR: 'Homes' };
  server = await startServer(ledger.market, env);
  await caughtUp(server, ledger);
});
afterAll(async () => {
  await server?.stop();
  await ledger?.stop();
});

const { endpointOf, allOf } = ocpiClient(() => server);

const idOf = (listingId: string) => listingId.slice(2, 38);

const locationOf = async ({ listingId }: Charger): Promise<OcpiLocation | undefined> =>
  (await allOf<OcpiLocation>('locations')).find(({ id }) => id === idOf(listingId));

const statusOf = async (charger: Charger) => (await locationOf(charger))?.evses[0]?.status;

const listed = async (): Promise<Charger> => {
  const charger = await listCharger(ledger.market);
  await caughtUp(server, ledger);
  await waitFor('the charger on the map', () => locationOf(charger));
  return charger;
};

describe('locations and tariffs', () => {
  test('a charger is a location on a driveway, with a coarse position and its prices', async () => {
    const charger = await listed();
    const location = (await locationOf(charger))!;
    expect(location).toMatchObject({
      ...{ country_code: 'NL', party_id: 'ABC', publish: true, parking_type: 'ON_DRIVEWAY' },
      ...{ operator: { name: 'Homes' }, opening_times: { twentyfourseven: true }, address: 'not published' },
      evses: [
        {
          ...{ status: 'UNKNOWN', uid: location.id },
          connectors: [{ standard: 'IEC_62196_T2', power_type: 'AC_3_PHASE', max_electric_power: 11_000 }],
        },
      ],
    });
    // The middle of the H3 cell 881f1d4887fffff, in Germany.
    expect(location).toMatchObject({ time_zone: 'Europe/Berlin' });
    const summary = await get<{ latitude: string }>(`${server.api}/chargers/${charger.listingId}`);
    expect(location.coordinates.latitude).toBe(summary.body.latitude);
    const tariffs = await allOf<OcpiTariff>('tariffs');
    const { tariff_ids } = location.evses[0]!.connectors[0]!;
    expect(tariffs.filter(({ id }) => tariff_ids!.includes(id))).toMatchObject([
      {
        currency: 'XXX',
        elements: [
          {
            price_components: [{ type: 'TIME', price: 1, step_size: 900 }],
            restrictions: { reservation: 'RESERVATION_EXPIRES' },
          },
          {
            price_components: expect.arrayContaining([
              { type: 'ENERGY', price: 0.25, step_size: 1 },
              { type: 'PARKING_TIME', price: 2, step_size: 1 },
            ]),
          },
        ],
      },
    ]);
  });

  test('the reader of foreign feeds reads every one of them, page by page', async () => {
    const chargers = [await listed(), await listed(), await listed()];
    const feed = { name: 'own', token: undefined, url: `${await endpointOf('locations')}?limit=2` };
    const reading = { feed, bounds: FEED_BOUNDS, signal: new AbortController().signal };
    const { rows } = await fetchFeed(reading, { etag: null, lastModified: null });
    const read = [];
    for await (const part of rows!) read.push(...part.map(({ text }) => readRow(text)));
    expect(read.filter((one) => 'refused' in one)).toEqual([]);
    const keys = read.flatMap((one) => ('location' in one ? [one.location.key] : []));
    for (const { listingId } of chargers) expect(keys).toContain(`NL*ABC*${idOf(listingId)}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('what an agent reports changes status and time; a closed charger is removed', async () => {
    const charger = await listed();
    const before = (await locationOf(charger))!;
    const peer = await connectedAgent(server.host, ledger.market.ref, { account: charger.agent });
    onTestFinished(() => peer.stop());
    const { connector } = charger.listing.place;
    await peer.heartbeat([{ connector, listingId: charger.listingId, status: 'AVAILABLE' }]);
    await waitFor('the status', async () => (await statusOf(charger)) === 'AVAILABLE');
    const changed = (await locationOf(charger))!;
    expect(changed.last_updated >= before.last_updated).toBe(true);
    const url = await endpointOf('locations');
    const since = (time: string) => allOf<OcpiLocation>('locations', {}, `?date_from=${time}`);
    expect((await since(changed.last_updated)).map(({ id }) => id)).toContain(before.id);
    const until = await allOf<OcpiLocation>('locations', {}, `?date_to=${changed.last_updated}`);
    expect(until.map(({ id }) => id)).not.toContain(before.id);

    const one = await get<Sent<OcpiLocation>>(`${url}/${before.id}`);
    expect(one.body.data).toEqual(changed);
    const evse = await get<Sent<unknown>>(`${url}/${before.id}/${before.id}`);
    expect(evse.body.data).toEqual(changed.evses[0]);
    const plug = await get<Sent<unknown>>(`${url}/${before.id}/${before.id}/1`);
    expect(plug.body.data).toEqual(changed.evses[0]!.connectors[0]);

    const host = localAccount('host');
    await write(ledger.market, host, 'setListingStatus', [charger.listing, LISTING_STATUS.CLOSED, '0x']);
    await caughtUp(server, ledger);
    await waitFor('the removal', async () => (await statusOf(charger)) === 'REMOVED');
    expect(await locationOf(charger)).toMatchObject({ publish: false });
    expect((await allOf<OcpiTariff>('tariffs')).map(({ id }) => id)).not.toContain(before.id);
  });

  test('mistakes are answered as OCPI does, and each answer names its request', async () => {
    const url = await endpointOf('locations');
    const headers = { 'ocpi-from-party-id': 'EMS', 'ocpi-from-country-code': 'DE' };
    const answer = await get(url, headers);
    // 4.2: an id of its own where the request has none.
    expect(answer.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
    // 4.1.8: the other way round.
    expect(['to-party-id', 'to-country-code'].map((part) => answer.headers.get(`ocpi-${part}`))).toEqual([
      ...['EMS', 'DE'],
    ]);
    expect(answer.headers.get('ocpi-from-party-id')).toBe('ABC');
    // 5: below HTTP's 200 where the request is read and its address is one; 404 where nothing is there.
    for (const [query, status, code] of [
      ['?date_from=yesterday', 200, 2_001],
      ['?limit=-1', 200, 2_001],
      ['?offset=20000', 200, 2_001],
      [`/${'0'.repeat(36)}`, 404, 2_003],
      ['/nothing', 404, 2_003],
    ] as const) {
      const refused = await get(`${url}${query}`);
      expect(refused).toMatchObject({ status, body: { status_code: code } });
      refusal.parse(refused.body);
    }
  });

  // 4.1.2: a token that matches no party is refused, also where none is asked for here.
  test('are for everybody, and not for a token that nobody has', async () => {
    const url = await endpointOf('tariffs');
    expect((await get(url)).status).toBe(200);
    expect((await get(url, GIVEN)).status).toBe(200);
    const refused = await get(url, tokenHeader('another-token-of-nobody'));
    expect(refused).toMatchObject({ status: 401, body: { status_code: 2_002 } });
    refusal.parse(refused.body);
  });
});

describe('charge detail records', () => {
  test('a session that was paid is a record whose cost follows from its tariff, signed by both', async () => {
    const { market } = ledger;
    const charger = await listed();
    const made = await bookCharger(market, charger);
    await caughtUp(server, ledger);
    const peer = await connectedAgent(server.host, market.ref, { account: charger.agent });
    onTestFinished(() => peer.stop());
    peer.answer(() => ({}));
    const at = made.booking.firstSlot * 900;
    const reading = readingOf(made, { energyWh: 2_345, beganAt: at, endedAt: at + 1, overstaySec: 0 });
    await peer.reading(reading);
    const stored = () =>
      server.db
        .selectFrom('readings')
        .select('seq')
        .where('bookingId', '=', made.bookingId)
        .executeTakeFirst();
    await waitFor('the reading', stored);
    const signature = await signMessageOf(made.sessionKey, market.ref, 'Reading', reading);
    const cosigned = await post(`${server.api}/bookings/${made.bookingId}/cosignatures`, {
      ...{ seq: reading.seq, signature },
    });
    expect(cosigned.status).toBe(202);
    await settle(market, made, reading);
    await caughtUp(server, ledger);
    const records = await allOf<OcpiCdr>('cdrs', GIVEN);
    const record = records.find(({ session_id }) => session_id === idOf(made.bookingId))!;
    expect(record).toMatchObject({
      ...{ total_energy: 2.345, total_time: 0.0003, total_parking_time: 0, currency: 'XXX' },
      cdr_location: { id: idOf(charger.listingId), connector_id: '1' },
    });
    const parts = record.tariffs[0]!.elements.at(-1)!.price_components;
    const price = (type: string) => parts.find((part) => part.type === type)?.price ?? 0;
    const cost = price('FLAT') + price('ENERGY') * 2.345 + price('TIME') / 3_600;
    expect(record.total_cost.excl_vat).toBeCloseTo(cost, 3);
    const { signed_data, plain_data } = record.signed_data!.signed_values[0]!;
    const signed = JSON.parse(Buffer.from(signed_data, 'base64').toString()) as {
      domain: object;
      message: Record<string, unknown>;
      agentSignature: Hex;
      sessionSignature: Hex;
    };
    expect(JSON.parse(plain_data)).toEqual(reading);
    const typed = { types: { Reading: SIGNED_TYPES.Reading }, primaryType: 'Reading' } as const;
    const signerOf = (signature: Hex) =>
      recoverTypedDataAddress({
        ...typed,
        domain: signed.domain,
        message: signed.message as never,
        signature,
      });
    expect(await signerOf(signed.agentSignature)).toBe(charger.agent.address);
    expect(await signerOf(signed.sessionSignature)).toBe(made.sessionKey.address);
  });

  test('are for parties with a token alone', async () => {
    const url = await endpointOf('cdrs');
    for (const headers of [
      {},
      tokenHeader('another-token-of-nobody'),
      { authorization: `Bearer ${TOKEN}` },
    ]) {
      expect(await get(url, headers as Record<string, string>)).toMatchObject({
        ...{ status: 401, body: { status_code: 2_002 } },
      });
    }
    expect((await get(url, GIVEN)).status).toBe(200);
    // As clients of OCPI before 2.2 send it.
    expect((await get(url, { authorization: `Token ${TOKEN}` })).status).toBe(200);
  });
});

test('a party registers once, renews, and ends its registration', async () => {
  const url = await endpointOf('credentials');
  const roles = [{ role: 'EMSP', country_code: 'de', party_id: 'ems', business_details: { name: 'An app' } }];
  const own = { token: 'of-the-app', url: 'https://app.example/ocpi/versions', roles };
  const send = (method: 'POST' | 'PUT' | 'DELETE', token: string, body: object = own) =>
    call<Sent<{ token: string }>>(method, url, {
      headers: { 'content-type': 'application/json', ...tokenHeader(token) },
      ...(method !== 'DELETE' && { body: JSON.stringify(body) }),
    });
  expect((await send('PUT', TOKEN)).status).toBe(405);
  // 5: it arrived, and is no credentials object.
  const wrong = await send('POST', TOKEN, { ...own, roles: [] });
  expect(wrong).toMatchObject({ status: 200, body: { status_code: 2_001 } });
  const { body, headers } = await send('POST', TOKEN);
  expect(headers.has('ocpi-from-party-id')).toBe(false);
  expect(envelope(ocpiCredentials).parse(body).data).toMatchObject({
    url: `${server.api}/ocpi/versions`,
    roles: [{ role: 'CPO', country_code: 'NL', party_id: 'ABC', business_details: { name: 'Homes' } }],
  });
  const cdrs = await endpointOf('cdrs');
  const readsWith = async (token: string) => (await get(cdrs, tokenHeader(token))).status;
  expect(await readsWith(body.data.token)).toBe(200);
  // 7.1.1: the token that it registered with is good for credentials alone from then on.
  expect(await readsWith(TOKEN)).toBe(401);
  expect((await send('POST', TOKEN)).status).toBe(405);
  const renewed = (await send('PUT', body.data.token)).body.data.token;
  expect([await readsWith(body.data.token), await readsWith(renewed)]).toEqual([401, 200]);
  const ended = await send('DELETE', renewed);
  expect([ended.status, Object.keys(ended.body)]).toEqual([200, expect.not.arrayContaining(['data'])]);
  expect([await readsWith(renewed), await readsWith(TOKEN)]).toEqual([401, 200]);
  expect((await send('DELETE', TOKEN)).status).toBe(405);
  const [stored] = await server.db.selectFrom('ocpiParties').selectAll().execute();
  expect(stored).toBeUndefined();
  expect(server.logLines.join()).not.toContain(TOKEN);
});
