import { createWalletClient, type Hex, http, keccak256, toHex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BookingResponse, ConfigResponse } from '../../protocol/api.ts';
import type { Reading } from '../../protocol/reading.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import { rpc } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import type { Wallet } from '../../server/web/accounts/wallet.ts';
import { type Ledger, openLedger } from '../../server/web/app/ledgerClient.ts';
import type { StoredBooking } from '../../server/web/booking/storedBookings.ts';
import { type Act, type ActName, deadlineOf, openActs } from '../../server/web/settlement/acts.ts';
import { doAct } from '../../server/web/settlement/doAct.ts';
import { storyOf } from '../../server/web/settlement/ledgerStory.ts';
import { loadPublicReceipt } from '../../server/web/settlement/loadReceipt.ts';
import { openBookingOf } from '../../server/web/settlement/openBooking.ts';
import { partsOfPaid } from '../../server/web/settlement/receiptFacts.ts';
import { receiptRows } from '../../server/web/settlement/receiptRows.ts';
import { claimAlone, claimBoth, claimNoShow, type Dispute } from '../audit/dispute-scenario.ts';
import { booked, jumpTo, newFixture, nowOf, readingOf } from '../contracts/fixture.ts';
import { timesOf } from '../contracts/reserved.ts';
import { newMeter } from '../contracts/test-meter.ts';
import {
  caughtUp,
  get,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
} from '../server/support.ts';
import { banker, TOKEN, write } from '../support/market.ts';

/** A booking as the driver's device keeps it, and how the host's agent acts on it. */
interface Guest {
  one: Dispute;
  stored: StoredBooking;
  wallet: Wallet;
}

describe('the acts of a driver on a real ledger, through the relay', () => {
  let chain: TestLedger;
  let server: TestServer;
  let ledger: Ledger;
  let config: ConfigResponse;

  beforeAll(async () => {
    chain = await startLedger();
    server = await startServer(chain.market);
    await caughtUp(server, chain);
    config = (await get<ConfigResponse>(`${server.api}/config`)).body;
    ledger = openLedger(config);
    // The ledger's time is ahead of this: the host stated it before every booking.
    const host = localAccount('host').address.toLowerCase() as Hex;
    const vat = { vatBasisPoints: 1_900, vatNumber: 'DE123456789', vatSince: 1 };
    const words = { name: '', about: '', photoId: null, updatedAt: 1 };
    await server.db
      .insertInto('profiles')
      .values({ account: host, ...words, ...vat })
      .execute();
  });
  // The page asks its own origin, and this device stores nothing.
  beforeEach(() => {
    vi.stubGlobal('localStorage', {
      length: 0,
      getItem: () => null,
      setItem: () => {},
      removeItem: () => {},
    });
    const real = globalThis.fetch;
    vi.stubGlobal('fetch', (input: string | URL | Request, init?: RequestInit) =>
      real(typeof input === 'string' && input.startsWith('/') ? server.url + input : input, init),
    );
  });
  afterAll(async () => {
    await server?.stop();
    await chain?.stop();
  });

  /** A driver without ether books: who pays gas is the relayer. */
  async function guest(): Promise<Guest> {
    const { market } = chain;
    const [driverKey, sessionPrivateKey] = [generatePrivateKey(), generatePrivateKey()];
    const driver = privateKeyToAccount(driverKey);
    const sessionKey = privateKeyToAccount(sessionPrivateKey);
    const fixture = { ...(await newFixture(market)), driver };
    await write(market, banker, 'deposit', [driver.address, 0, 20n * TOKEN]);
    await rpc(market.rpcUrl, 'anvil_setBalance', [driver.address, toHex(10n ** 18n)]);
    const made = { ...(await booked(fixture, { sessionKey: sessionKey.address })), sessionKey };
    await rpc(market.rpcUrl, 'anvil_setBalance', [driver.address, '0x0']);
    await caughtUp(server, chain);
    const { bookingId, booking, secret } = made;
    const { bookedTx } = await bookingOf(bookingId);
    const client = createWalletClient({ account: driver, chain: ledger.chain, transport: http() });
    const account = { role: 'driver', kind: 'demo', address: driver.address, privateKey: driverKey, client };
    return {
      one: { fixture, made, times: timesOf(made), meter: newMeter(), state: made.state },
      stored: {
        ...{ bookingId, ref: market.ref, booking, sessionPrivateKey, secret },
        ...{ needWh: 8_000, createdAt: made.bookedAt, bookedTx },
      },
      wallet: account as unknown as Wallet,
    };
  }

  const bookingOf = async (bookingId: Hex) =>
    (await get<BookingResponse>(`${server.api}/bookings/${bookingId}`)).body;

  /** The device co-signed this reading. */
  async function holding({ one, ...rest }: Guest, change: Partial<Reading>): Promise<Guest> {
    const reading = readingOf(one.made, change);
    const { ref } = chain.market;
    const stored = {
      ...rest.stored,
      cosigned: {
        reading,
        agentSignature: await signMessageOf(one.fixture.agent, ref, 'Reading', reading),
        sessionSignature: await signMessageOf(one.made.sessionKey, ref, 'Reading', reading),
      },
    };
    return { ...rest, one, stored };
  }

  async function actOf({ stored }: Guest, name: ActName): Promise<Act> {
    await caughtUp(server, chain);
    const response = await bookingOf(stored.bookingId);
    const open = openBookingOf(stored.booking, response, config, stored.cosigned?.reading)!;
    const act = openActs(open, await nowOf(chain.market)).find((found) => found.name === name);
    expect(act, name).toBeDefined();
    return act!;
  }

  const freeOf = async ({ stored }: Guest): Promise<bigint> => {
    const [balance] = await ledger.client.readContract({
      address: chain.market.market,
      abi: (await import('../../protocol/abi.ts')).plugpactMarketAbi,
      functionName: 'purseOf',
      args: [stored.booking.driver, 0],
    });
    return balance;
  };

  /** Does it as the page does, and holds the ledger against what the act's sentence said. */
  async function does(one: Guest, name: ActName, withWallet = false): Promise<Act> {
    const act = await actOf(one, name);
    const before = await freeOf(one);
    const phases: string[] = [];
    const party = { ledger, config, wallet: withWallet ? one.wallet : undefined };
    const report = ({ phase }: { phase: string }) => void phases.push(phase);
    await doAct(party, one.stored, act, report, await nowOf(chain.market));
    expect(phases.at(-1)).toBe('done');
    const ends = name !== 'arrived' && name !== 'claim' && name !== 'challenge';
    const refunded = ends && 'outlook' in act ? act.outlook.refunded : 0n;
    expect((await freeOf(one)) - before).toBe(refunded);
    return act;
  }

  /** The public receipt says what the act said, and its parts come to it. */
  async function expectReceipt({ stored }: Guest, act: Act): Promise<void> {
    const ended = (await loadPublicReceipt(ledger, stored.bookingId, config))!;
    const { facts, made } = ended;
    if (!('outlook' in act)) throw new Error(`${act.name} ends nothing.`);
    expect({ paid: facts.paid, lost: facts.lost, refunded: facts.refunded }).toEqual(act.outlook);
    expect(facts.checks.filter(({ ok }) => !ok)).toEqual([]);
    if (facts.usage === undefined) return;
    const { energy, time, flat, overstay, limited } = partsOfPaid(made.booking, facts.usage, facts.paid);
    expect(energy + time + flat + overstay + limited).toBe(facts.paid);
    const names = receiptRows(ended, config.token, false).totals.map(({ name }) => name);
    expect(names).toContain('includes 19% VAT (DE123456789)');
  }

  async function finishes(one: Guest): Promise<Act> {
    await caughtUp(server, chain);
    const open = openBookingOf(one.stored.booking, await bookingOf(one.stored.bookingId), config, undefined)!;
    await jumpTo(chain.market, Math.max(deadlineOf(open), await nowOf(chain.market)));
    const act = await does(one, 'finalise');
    await expectReceipt(one, act);
    return act;
  }

  it('cancels for nothing, later for half of the no-show fee, and never costs more than was said', async () => {
    const early = await guest();
    const late = await guest();
    const free = await does(early, 'cancelByDriver', true);
    expect(free).toMatchObject({ isLate: false, outlook: { paid: 0n } });
    await expectReceipt(early, free);
    const said = await actOf(late, 'cancelByDriver');
    await jumpTo(chain.market, late.one.times.freeUntil);
    const party = { ledger, config, wallet: late.wallet };
    const stale = doAct(party, late.stored, said, () => {}, await nowOf(chain.market));
    await expect(stale).rejects.toMatchObject({ code: 'act.notOpen' });
    const costly = await does(late, 'cancelByDriver', true);
    expect(costly).toMatchObject({ isLate: true, outlook: { paid: 250_000n } });
    await expectReceipt(late, costly);
  });

  it('says arrived, gets all back from a silent host, and contradicts a no-show so that nobody earns', async () => {
    const silent = await guest();
    const denied = await guest();
    await jumpTo(chain.market, silent.one.times.start);
    await does(silent, 'arrived');
    expect(
      (await storyOf(ledger, silent.stored.bookingId, silent.stored.bookedTx!)).map(({ name }) => name),
    ).toEqual(['Booked', 'Arrived']);
    await jumpTo(chain.market, denied.one.times.noShowFrom);
    await claimNoShow(denied.one);
    expect(await does(denied, 'arrived')).toMatchObject({ contradicts: true, fee: 500_000n });
    expect(await finishes(denied)).toMatchObject({ isContested: true, outlook: { paid: 500_000n } });
    await jumpTo(chain.market, silent.one.times.reportBy);
    const act = await does(silent, 'expire');
    await expectReceipt(silent, act);
  });

  it('shows a co-signed reading against a no-show, and settles by a final one', async () => {
    const denied = await holding(await guest(), { seq: 2, energyWh: 500, isFinal: false });
    const done = await holding(await guest(), { energyWh: 8_123 });
    await jumpTo(chain.market, denied.one.times.noShowFrom);
    await claimNoShow(denied.one);
    const settled = await does(done, 'settle', true);
    await expectReceipt(done, settled);
    const shown = await does(denied, 'claim');
    const end = await finishes(denied);
    expect(end).toMatchObject({ outlook: 'outlook' in shown ? shown.outlook : {} });
  });

  it('challenges what the charger claims alone: unproven it comes back, unchallenged it is paid', async () => {
    const [disputed, trusting, yielding] = [await guest(), await guest(), await guest()];
    await jumpTo(chain.market, yielding.one.times.closes);
    for (const { one } of [disputed, trusting, yielding])
      await claimAlone(await claimBoth(one, { seq: 3, energyWh: 2_000 }));
    const act = await does(disputed, 'challenge');
    if (act.name !== 'challenge') throw new Error('It challenges.');
    await does(yielding, 'challenge');
    const evidenceHash = keccak256(toHex(`${yielding.stored.bookingId} 7`));
    const conceded = await does(await holding(yielding, { seq: 7, evidenceHash }), 'settle');
    expect('outlook' in conceded && conceded.outlook.lost > 0n).toBe(true);
    await expectReceipt(yielding, conceded);
    const paid = await finishes(trusting);
    expect(paid).toMatchObject({ outlook: { paid: act.claimed } });
    expect(await finishes(disputed)).toMatchObject({ outlook: { paid: act.claimed - act.back } });
  });
});
