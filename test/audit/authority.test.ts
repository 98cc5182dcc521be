import { zeroHash } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsDue } from '../../audit/authority/events-due.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import {
  type AuthorityEvidence,
  authorityCodes,
  checkAll,
  checkChange,
  readAuthority,
} from './authority-evidence.ts';
import { causedBy, flipped, forged, retold, stranger } from './forged-acts.ts';
import { playSignedActs } from './signed-acts.ts';

let anvil: Anvil;
let honest: AuthorityEvidence;
beforeAll(async () => {
  anvil = await startAnvil();
  honest = await readAuthority(await playSignedActs(anvil.url));
}, 60_000);
afterAll(() => anvil.stop());

const NONE = { r: zeroHash, vs: zeroHash };
const HOUR_SEC = 3_600;

type Forgery = () => AuthorityEvidence | Promise<AuthorityEvidence>;

/** What a market copy that lacks a check would log, and the code that names it. */
const FORGERIES: [what: string, code: string, forge: Forgery][] = [
  [
    'a booking that another sends',
    'authority.booking',
    () => {
      const { act } = causedBy(honest, 'Booked', 'bookAsDriver');
      return forged(honest, act, act.args, stranger);
    },
  ],
  [
    'an intent that another key signed',
    'authority.booking',
    () => {
      const { act } = causedBy(honest, 'Booked', 'bookByWallet');
      return forged(honest, act, act.args.with(4, '0x'));
    },
  ],
  [
    'an intent after its time',
    'authority.expired',
    () => retold(honest, causedBy(honest, 'Booked', 'bookByWallet').event, {}, HOUR_SEC),
  ],
  [
    'an intent of more than ten minutes',
    'authority.expired',
    () => retold(honest, causedBy(honest, 'Booked', 'bookByWallet').event, {}, -HOUR_SEC),
  ],
  [
    'an offer taken without the driver',
    'authority.booking',
    () => {
      const { act } = causedBy(honest, 'Booked', 'bookOffer');
      return forged(honest, act, act.args.with(5, '0x'));
    },
  ],
  [
    'money that books for another',
    'authority.booking',
    () => {
      const { act } = causedBy(honest, 'Booked', 'fundAndBook');
      const money = { ...act.args[4], validAfter: 1n };
      return forged(honest, act, act.args.with(4, money));
    },
  ],
  [
    'a listing without the host',
    'authority.listing',
    () => {
      const { act } = causedBy(honest, 'ListingPublished', 'publishListing');
      return forged(honest, act, act.args, stranger);
    },
  ],
  [
    'a change of a listing without the host',
    'authority.listing',
    () => {
      const { act } = causedBy(honest, 'ListingPublished', 'updateListing');
      return forged(honest, act, act.args, stranger);
    },
  ],
  [
    'another listing than its host sent',
    'authority.listing',
    () => {
      const { act } = causedBy(honest, 'ListingPublished', 'updateListing');
      const [current, next] = act.args;
      return forged(honest, act, act.args.with(1, { ...next, weeklyHours: current.weeklyHours ^ 1n }));
    },
  ],
  [
    'a listing without the agent’s consent',
    'authority.consent',
    () => {
      const { act } = causedBy(honest, 'ListingPublished', 'publishListing');
      return forged(honest, act, act.args.with(2, NONE));
    },
  ],
  [
    'a consent after its time',
    'authority.consent',
    () => retold(honest, causedBy(honest, 'ListingPublished', 'publishListing').event, {}, HOUR_SEC),
  ],
  [
    'a new listing by a change of none',
    'authority.consent',
    () => {
      const { act } = causedBy(honest, 'ListingPublished', 'publishListing');
      const change = { ...act, name: 'updateListing' } as never;
      return forged<'updateListing'>(honest, change, [act.args[0], act.args[0], act.args[3]]);
    },
  ],
  [
    'a status without the host',
    'authority.listingStatus',
    () => {
      const { act } = causedBy(honest, 'ListingStatusChanged', 'setListingStatus');
      return forged(honest, act, act.args.with(2, '0x'));
    },
  ],
  [
    'a cancel without the driver',
    'authority.cancel',
    () => {
      const { act } = causedBy(honest, 'Canceled', 'cancelByDriver');
      return forged(honest, act, act.args.with(2, '0x'));
    },
  ],
  [
    'a free cancel that became a late one',
    'authority.cancel',
    () => retold(honest, causedBy(honest, 'Canceled', 'cancelByDriver').event, {}, 3 * HOUR_SEC),
  ],
  [
    'a cancel without the host',
    'authority.cancel',
    () => {
      const { act } = causedBy(honest, 'Canceled', 'cancelByHost');
      return forged(honest, act, act.args, stranger);
    },
  ],
  [
    'a cancel that says another ended it',
    'authority.cancel',
    () => retold(honest, causedBy(honest, 'Canceled', 'cancelByHost').event, { byHost: false }),
  ],
  [
    'a host’s late cancel without the session key',
    'authority.lateCancel',
    () => {
      const { act } = causedBy(honest, 'Canceled', 'cancelByHost');
      return forged(honest, act, act.args.with(4, NONE));
    },
  ],
  [
    'an arrival that nobody signed',
    'authority.arrived',
    () => {
      const { act } = causedBy(honest, 'Arrived', 'arrived');
      return forged(honest, act, act.args.with(2, '0x'));
    },
  ],
  [
    'a challenge that nobody signed',
    'authority.challenge',
    () => {
      const { act } = causedBy(honest, 'Challenged', 'challenge');
      return forged(honest, act, act.args.with(2, '0x'));
    },
  ],
  [
    'a withdrawal by another',
    'authority.withdrawal',
    () => {
      const { act } = causedBy(honest, 'Withdrawn', 'withdraw');
      return forged(honest, act, act.args, stranger);
    },
  ],
  [
    'a withdrawal that was not signed',
    'authority.withdrawal',
    () => {
      const { act } = causedBy(honest, 'Withdrawn', 'withdrawBySignature');
      return forged(honest, act, [{ ...act.args[0], purse: 1 }, act.args[1]]);
    },
  ],
  [
    'a withdrawal to another than said',
    'authority.withdrawal',
    () =>
      retold(honest, causedBy(honest, 'Withdrawn', 'withdrawBySignature').event, { to: stranger.address }),
  ],
  [
    'a withdrawal of another amount',
    'authority.withdrawal',
    () => retold(honest, causedBy(honest, 'Withdrawn', 'withdraw').event, { amount: 1n }),
  ],
  [
    'a withdrawal after its time',
    'authority.expired',
    () => retold(honest, causedBy(honest, 'Withdrawn', 'withdrawBySignature').event, {}, HOUR_SEC),
  ],
  [
    'earnings taken by another',
    'authority.withdrawal',
    () => {
      const { act } = causedBy(honest, 'EarningsWithdrawn', 'withdrawEarnings');
      return forged(honest, act, act.args, stranger);
    },
  ],
  [
    'earnings by another’s signature',
    'authority.withdrawal',
    () => {
      const { act } = causedBy(honest, 'EarningsWithdrawn', 'withdrawEarningsBySignature');
      return forged(honest, act, act.args.with(1, '0x'));
    },
  ],
  [
    'a message that another relayer sends',
    'authority.relayer',
    () => {
      const { act, event } = causedBy(honest, 'Withdrawn', 'withdrawBySignature');
      const fee = honest.events.find(({ eventName, tx }) => eventName === 'RelayFeePaid' && tx === event.tx);
      const told = retold(honest, fee as never, { relayer: stranger.address } as never);
      return forged(told, act, act.args, stranger);
    },
  ],
  [
    'a relay fee for who did not send it',
    'authority.relayFee',
    () => {
      const { event } = causedBy(honest, 'RelayFeePaid', 'bookOffer');
      return retold(honest, event, { relayer: stranger.address });
    },
  ],
  [
    'a proof without the start secret',
    'authority.secret',
    () => {
      const { act } = causedBy(honest, 'Proven', 'prove');
      return forged(honest, act, act.args.with(2, { ...act.args[2], secret: zeroHash }));
    },
  ],
  [
    'a proof by another meter',
    'authority.meterKey',
    () => {
      const { act } = causedBy(honest, 'Proven', 'prove');
      const proof = { ...act.args[2], meterKey: flipped(act.args[2].meterKey) };
      return forged(honest, act, act.args.with(2, proof));
    },
  ],
  [
    'a proof without a valid record',
    'authority.proof',
    () => {
      const { act } = causedBy(honest, 'Proven', 'prove');
      const records = act.args[2].records.map((record) => ({ ...record, s: flipped(record.s) }));
      return forged(honest, act, act.args.with(2, { ...act.args[2], records }));
    },
  ],
  [
    'a proof of more than its records',
    'authority.proof',
    () => {
      const { event } = causedBy(honest, 'Proven', 'prove');
      return retold(honest, event, { provenWh: event.args.provenWh + 1n });
    },
  ],
  [
    'a pause by another than the guardian',
    'authority.guardian',
    () => {
      const { act } = causedBy(honest, 'NewBookingsPaused', 'pauseNewBookings');
      return forged(honest, act, act.args, stranger);
    },
  ],
  [
    'a deposit into another purse',
    'authority.deposit',
    () => retold(honest, causedBy(honest, 'Deposited', 'deposit').event, { account: stranger.address }),
  ],
  [
    'a deposit of another purpose',
    'authority.deposit',
    () => {
      const { act } = causedBy(honest, 'Deposited', 'depositWithAuthorization');
      return forged(honest, act, act.args.with(2, zeroHash));
    },
  ],
  [
    'an event that no call explains',
    'authority.call',
    () => {
      const { act } = causedBy(honest, 'Challenged', 'challenge');
      return forged(honest, { ...act, name: 'expire' } as never, act.args.slice(0, 2));
    },
  ],
  [
    'a transaction of another than its signer',
    'authority.sender',
    () => {
      const { tx } = causedBy(honest, 'Arrived', 'arrived').event;
      const sent = { ...honest.transactions.get(tx)!, from: stranger.address };
      const events = honest.events.map((event) => (event.tx === tx ? { ...event } : event));
      return { ...honest, events, transactions: new Map(honest.transactions).set(tx, sent) };
    },
  ],
];

describe('who was allowed', () => {
  it('is shown for every act that only somebody may do, by every kind of account', async () => {
    expect(await checkAll(honest)).toEqual({ discrepancies: [], findings: [], unverifiable: [] });
  });

  it.each(FORGERIES)('is contradicted by %s: %s', async (_, code, forge) => {
    const verdict = await checkChange(honest, await forge());
    expect(authorityCodes(verdict)).toEqual([code]);
    expect(verdict.discrepancies.length).toBeLessThanOrEqual(3);
    expect(verdict.unverifiable).toEqual([]);
  });

  it('is contradicted by a withdrawal that is carried out twice', async () => {
    const { event } = causedBy(honest, 'Withdrawn', 'withdrawBySignature');
    const tx = zeroHash.replace('0x0', '0x1') as typeof zeroHash;
    const again = { ...honest.transactions.get(event.tx)!, hash: tx };
    const transactions = new Map(honest.transactions).set(tx, again);
    const verdict = await checkAll({ ...honest, transactions, events: [...honest.events, { ...event, tx }] });
    expect(authorityCodes(verdict)).toEqual(['authority.nonce']);
  });

  it('is contradicted by it across the end of an earlier audit, which leaves only later events to check', async () => {
    const { event } = causedBy(honest, 'Withdrawn', 'withdrawBySignature');
    const checkedUntil = Math.max(...honest.events.map(({ blockNumber }) => blockNumber));
    expect(eventsDue(honest.events, checkedUntil)).toEqual([]);
    const tx = zeroHash.replace('0x0', '0x1') as typeof zeroHash;
    const again = { ...event, tx, blockNumber: checkedUntil + 1 };
    const due = eventsDue([...honest.events, again], checkedUntil);
    const ofAccount = honest.events.filter(
      ({ eventName, args }) => eventName === 'Withdrawn' && args.account === event.args.account,
    );
    expect(due).toEqual([...ofAccount, again]);
    const transactions = new Map(honest.transactions);
    transactions.set(tx, { ...transactions.get(event.tx)!, hash: tx });
    expect(authorityCodes(await checkAll({ ...honest, events: due, transactions }))).toEqual([
      'authority.nonce',
    ]);
  });

  it('stays undecided where old code would have to be asked, and the node has none', async () => {
    const answers = {
      ...honest.context.answers,
      callAt: async () => undefined,
      codeAt: async () => undefined,
    };
    const { discrepancies, unverifiable } = await checkAll({
      ...honest,
      context: { ...honest.context, answers },
    });
    expect(discrepancies).toEqual([]);
    expect(new Set(unverifiable.map(({ need }) => need))).toEqual(new Set(['archive needed']));
    expect(new Set(unverifiable.map(({ code }) => code))).toEqual(
      new Set([
        'authority.Booked',
        'authority.Canceled',
        'authority.Deposited',
        'authority.ListingPublished',
        'authority.Withdrawn',
      ]),
    );
  });

  it('stays undecided behind another contract, where the node traces nothing', async () => {
    const answers = { ...honest.context.answers, trace: async () => undefined };
    const { discrepancies, unverifiable } = await checkAll({
      ...honest,
      context: { ...honest.context, answers },
    });
    expect({ discrepancies, unverifiable }).toEqual({
      discrepancies: [],
      unverifiable: [expect.objectContaining({ code: 'authority.Booked', need: 'trace needed' })],
    });
  });

  it('stays undecided where the node withholds a transaction', async () => {
    const { tx } = causedBy(honest, 'Arrived', 'arrived').event;
    const transactions = new Map(honest.transactions);
    transactions.delete(tx);
    const { discrepancies, unverifiable } = await checkAll({ ...honest, transactions });
    expect({ discrepancies, unverifiable }).toEqual({
      discrepancies: [],
      unverifiable: [expect.objectContaining({ tx, need: 'transaction needed' })],
    });
  });
});
