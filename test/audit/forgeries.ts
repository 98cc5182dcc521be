import { zeroHash } from 'viem';
import type { AuthorityEvidence } from './authority-evidence.ts';
import { causedBy, flipped, forged, retold, stranger } from './forged-acts.ts';

const NONE = { r: zeroHash, vs: zeroHash };
const HOUR_SEC = 3_600;

export type Forgery = (honest: AuthorityEvidence) => AuthorityEvidence | Promise<AuthorityEvidence>;

/** What a market copy that lacks a check would log, and the code that names it. */
export const FORGERIES: [what: string, code: string, forge: Forgery][] = [
  [
    'a booking that another sends',
    'authority.booking',
    (honest) => {
      const { act } = causedBy(honest, 'Booked', 'bookAsDriver');
      return forged(honest, act, act.args, stranger);
    },
  ],
  [
    'an intent that another key signed',
    'authority.booking',
    (honest) => {
      const { act } = causedBy(honest, 'Booked', 'bookByWallet');
      return forged(honest, act, act.args.with(4, '0x'));
    },
  ],
  [
    'an intent after its time',
    'authority.expired',
    (honest) => retold(honest, causedBy(honest, 'Booked', 'bookByWallet').event, {}, HOUR_SEC),
  ],
  [
    'an intent of more than ten minutes',
    'authority.expired',
    (honest) => retold(honest, causedBy(honest, 'Booked', 'bookByWallet').event, {}, -HOUR_SEC),
  ],
  [
    'an offer taken without the driver',
    'authority.booking',
    (honest) => {
      const { act } = causedBy(honest, 'Booked', 'bookOffer');
      return forged(honest, act, act.args.with(5, '0x'));
    },
  ],
  [
    'money that books for another',
    'authority.booking',
    (honest) => {
      const { act } = causedBy(honest, 'Booked', 'fundAndBook');
      const money = { ...act.args[4], validAfter: 1n };
      return forged(honest, act, act.args.with(4, money));
    },
  ],
  [
    'a listing without the host',
    'authority.listing',
    (honest) => {
      const { act } = causedBy(honest, 'ListingPublished', 'publishListing');
      return forged(honest, act, act.args, stranger);
    },
  ],
  [
    'a change of a listing without the host',
    'authority.listing',
    (honest) => {
      const { act } = causedBy(honest, 'ListingPublished', 'updateListing');
      return forged(honest, act, act.args, stranger);
    },
  ],
  [
    'another listing than its host sent',
    'authority.listing',
    (honest) => {
      const { act } = causedBy(honest, 'ListingPublished', 'updateListing');
      const [current, next] = act.args;
      return forged(honest, act, act.args.with(1, { ...next, weeklyHours: current.weeklyHours ^ 1n }));
    },
  ],
  [
    'a listing without the agent’s consent',
    'authority.consent',
    (honest) => {
      const { act } = causedBy(honest, 'ListingPublished', 'publishListing');
      return forged(honest, act, act.args.with(2, NONE));
    },
  ],
  [
    'a consent after its time',
    'authority.consent',
    (honest) => retold(honest, causedBy(honest, 'ListingPublished', 'publishListing').event, {}, HOUR_SEC),
  ],
  [
    'a new listing by a change of none',
    'authority.consent',
    (honest) => {
      const { act } = causedBy(honest, 'ListingPublished', 'publishListing');
      const change = { ...act, name: 'updateListing' } as never;
      return forged<'updateListing'>(honest, change, [act.args[0], act.args[0], act.args[3]]);
    },
  ],
  [
    'a status without the host',
    'authority.listingStatus',
    (honest) => {
      const { act } = causedBy(honest, 'ListingStatusChanged', 'setListingStatus');
      return forged(honest, act, act.args.with(2, '0x'));
    },
  ],
  [
    'a cancel without the driver',
    'authority.cancel',
    (honest) => {
      const { act } = causedBy(honest, 'Canceled', 'cancelByDriver');
      return forged(honest, act, act.args.with(2, '0x'));
    },
  ],
  [
    'a free cancel that became a late one',
    'authority.cancel',
    (honest) => retold(honest, causedBy(honest, 'Canceled', 'cancelByDriver').event, {}, 3 * HOUR_SEC),
  ],
  [
    'a cancel without the host',
    'authority.cancel',
    (honest) => {
      const { act } = causedBy(honest, 'Canceled', 'cancelByHost');
      return forged(honest, act, act.args, stranger);
    },
  ],
  [
    'a cancel that says another ended it',
    'authority.cancel',
    (honest) => retold(honest, causedBy(honest, 'Canceled', 'cancelByHost').event, { byHost: false }),
  ],
  [
    'a host’s late cancel without the session key',
    'authority.lateCancel',
    (honest) => {
      const { act } = causedBy(honest, 'Canceled', 'cancelByHost');
      return forged(honest, act, act.args.with(4, NONE));
    },
  ],
  [
    'an arrival that nobody signed',
    'authority.arrived',
    (honest) => {
      const { act } = causedBy(honest, 'Arrived', 'arrived');
      return forged(honest, act, act.args.with(2, '0x'));
    },
  ],
  [
    'a challenge that nobody signed',
    'authority.challenge',
    (honest) => {
      const { act } = causedBy(honest, 'Challenged', 'challenge');
      return forged(honest, act, act.args.with(2, '0x'));
    },
  ],
  [
    'a withdrawal by another',
    'authority.withdrawal',
    (honest) => {
      const { act } = causedBy(honest, 'Withdrawn', 'withdraw');
      return forged(honest, act, act.args, stranger);
    },
  ],
  [
    'a withdrawal that was not signed',
    'authority.withdrawal',
    (honest) => {
      const { act } = causedBy(honest, 'Withdrawn', 'withdrawBySignature');
      return forged(honest, act, [{ ...act.args[0], purse: 1 }, act.args[1]]);
    },
  ],
  [
    'a withdrawal to another than said',
    'authority.withdrawal',
    (honest) =>
      retold(honest, causedBy(honest, 'Withdrawn', 'withdrawBySignature').event, { to: stranger.address }),
  ],
  [
    'a withdrawal of another amount',
    'authority.withdrawal',
    (honest) => retold(honest, causedBy(honest, 'Withdrawn', 'withdraw').event, { amount: 1n }),
  ],
  [
    'a withdrawal after its time',
    'authority.expired',
    (honest) => retold(honest, causedBy(honest, 'Withdrawn', 'withdrawBySignature').event, {}, HOUR_SEC),
  ],
  [
    'earnings taken by another',
    'authority.withdrawal',
    (honest) => {
      const { act } = causedBy(honest, 'EarningsWithdrawn', 'withdrawEarnings');
      return forged(honest, act, act.args, stranger);
    },
  ],
  [
    'earnings by another’s signature',
    'authority.withdrawal',
    (honest) => {
      const { act } = causedBy(honest, 'EarningsWithdrawn', 'withdrawEarningsBySignature');
      return forged(honest, act, act.args.with(1, '0x'));
    },
  ],
  [
    'a message that another relayer sends',
    'authority.relayer',
    (honest) => {
      const { act, event } = causedBy(honest, 'Withdrawn', 'withdrawBySignature');
      const fee = honest.events.find(({ eventName, tx }) => eventName === 'RelayFeePaid' && tx === event.tx);
      const told = retold(honest, fee as never, { relayer: stranger.address } as never);
      return forged(told, act, act.args, stranger);
    },
  ],
  [
    'a relay fee for who did not send it',
    'authority.relayFee',
    (honest) => {
      const { event } = causedBy(honest, 'RelayFeePaid', 'bookOffer');
      return retold(honest, event, { relayer: stranger.address });
    },
  ],
  [
    'a proof without the start secret',
    'authority.secret',
    (honest) => {
      const { act } = causedBy(honest, 'Proven', 'prove');
      return forged(honest, act, act.args.with(2, { ...act.args[2], secret: zeroHash }));
    },
  ],
  [
    'a proof by another meter',
    'authority.meterKey',
    (honest) => {
      const { act } = causedBy(honest, 'Proven', 'prove');
      const proof = { ...act.args[2], meterKey: flipped(act.args[2].meterKey) };
      return forged(honest, act, act.args.with(2, proof));
    },
  ],
  [
    'a proof without a valid record',
    'authority.proof',
    (honest) => {
      const { act } = causedBy(honest, 'Proven', 'prove');
      const records = act.args[2].records.map((record) => ({ ...record, s: flipped(record.s) }));
      return forged(honest, act, act.args.with(2, { ...act.args[2], records }));
    },
  ],
  [
    'a proof of more than its records',
    'authority.proof',
    (honest) => {
      const { event } = causedBy(honest, 'Proven', 'prove');
      return retold(honest, event, { provenWh: event.args.provenWh + 1n });
    },
  ],
  [
    'a pause by another than the guardian',
    'authority.guardian',
    (honest) => {
      const { act } = causedBy(honest, 'NewBookingsPaused', 'pauseNewBookings');
      return forged(honest, act, act.args, stranger);
    },
  ],
  [
    'a deposit into another purse',
    'authority.deposit',
    (honest) => retold(honest, causedBy(honest, 'Deposited', 'deposit').event, { account: stranger.address }),
  ],
  [
    'a deposit of another purpose',
    'authority.deposit',
    (honest) => {
      const { act } = causedBy(honest, 'Deposited', 'depositWithAuthorization');
      return forged(honest, act, act.args.with(2, zeroHash));
    },
  ],
  [
    'an event that no call explains',
    'authority.call',
    (honest) => {
      const { act } = causedBy(honest, 'Challenged', 'challenge');
      return forged(honest, { ...act, name: 'expire' } as never, act.args.slice(0, 2));
    },
  ],
  [
    'a transaction of another than its signer',
    'authority.sender',
    (honest) => {
      const { tx } = causedBy(honest, 'Arrived', 'arrived').event;
      const sent = { ...honest.transactions.get(tx)!, from: stranger.address };
      const events = honest.events.map((event) => (event.tx === tx ? { ...event } : event));
      return { ...honest, events, transactions: new Map(honest.transactions).set(tx, sent) };
    },
  ],
];
