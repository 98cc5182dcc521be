import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { bytesToHex, type Hex, hexToBytes, keccak256, toHex } from 'viem';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ProfileJson } from '../../../protocol/api/profiles.ts';
import type { MessageJson } from '../../../protocol/api/sealedMessages.ts';
import { open, seal } from '../../../protocol/seal.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { fixtureForAllTests, inSec, watchHeader } from '../fixture.ts';
import { call, get, openSse, post, waitFor } from '../support.ts';
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
    const live = await openSse(api(`/bookings/${booked.bookingId}/live`), device);
    onTestFinished(() => live.close());
    const told = () => live.events.filter(({ event }) => event === 'messages') as { data: { seq: number } }[];
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
    // The page of the driver hears that there is something to read, now and when it comes back.
    const newest = {
      event: 'messages',
      data: { seq: 6, sender: expect.any(String), sentAt: expect.any(Number) },
    };
    await waitFor('the page to hear of the last', () => told().at(-1)?.data.seq === 6);
    expect(told().map(({ data }) => Object.keys(data).sort())).toEqual(
      told().map(() => ['sender', 'sentAt', 'seq']),
    );
    const again = await openSse(api(`/bookings/${booked.bookingId}/live`), device);
    onTestFinished(() => again.close());
    await waitFor('the newest', () => again.events.some(({ event }) => event === 'messages'));
    expect(again.events.find(({ event }) => event === 'messages')).toEqual(newest);
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
