import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { Address } from 'viem';
import type { Tables } from '../db.ts';

/**
 * To whom the rows of a table belong. `owned`: to an account, and they go with it. `ledger`: a copy of what stands on the
 * ledger for ever. `kept`: of an account, and kept for a reason. `nobody`: they say nothing of any account.
 */
export type Ownership<T extends keyof Tables> =
  | { owned: (eb: ExpressionBuilder<Tables, T>, account: Address) => Expression<SqlBool> }
  | { ledger: true }
  | { kept: string }
  | { nobody: string };

type OwnershipOfAll = { [T in keyof Tables]: Ownership<T> };

const LEDGER = { ledger: true } as const;
const ACCOUNTING = { nobody: 'how processes and agents are connected and counted' } as const;
const OUTBOX = { kept: 'calls that this server pays for: they stand on the ledger, or will' } as const;
const MAP = { nobody: 'what the map shows, made from the ledger and the agents’ reports' } as const;
const MONEY = { kept: 'it decides about money, which the ledger pays by it; it names a booking' } as const;

/**
 * Every table of the database: a table that is not here does not compile. Erasing an account deletes the `owned` rows, in
 * this order.
 */
export const OWNERSHIP: OwnershipOfAll = {
  signIns: { owned: (eb, account) => eb('signIns.address', '=', account) },
  profiles: { owned: (eb, account) => eb('profiles.account', '=', account) },
  photos: { owned: (eb, account) => eb('photos.account', '=', account) },
  vaults: { owned: (eb, account) => eb('vaults.account', '=', account) },
  messageKeys: { owned: (eb, account) => eb('messageKeys.account', '=', account) },
  driverKeys: { owned: (eb, account) => eb('driverKeys.driver', '=', account) },
  ratings: { owned: (eb, account) => eb('ratings.driver', '=', account) },
  faultReports: { owned: (eb, account) => eb('faultReports.reporter', '=', account) },
  evidenceShares: {
    owned: (eb, account) =>
      eb.or([eb('evidenceShares.sharedBy', '=', account), eb('evidenceShares.account', '=', account)]),
  },
  evidence: { owned: (eb, account) => eb('evidence.host', '=', account) },
  answeredRequests: { owned: (eb, account) => eb('answeredRequests.account', '=', account) },
  deliveries: {
    owned: (eb, account) => eb('deliveries.subscriptionHash', 'in', subscriptionsOf(eb as never, account)),
  },
  subscriptions: {
    owned: (eb, account) => eb('subscriptions.subscriptionHash', 'in', subscriptionsOf(eb as never, account)),
  },
  messages: { owned: (eb, account) => eb('messages.bookingId', 'in', bookingsOf(eb as never, account)) },
  handovers: { owned: (eb, account) => eb('handovers.bookingId', 'in', bookingsOf(eb as never, account)) },
  connectorHistory: {
    owned: (eb, account) => eb('connectorHistory.listingId', 'in', listingsOf(eb as never, account)),
  },
  notices: { owned: (eb, account) => eb('notices.noticeId', 'in', noticesOf(eb as never, account)) },
  eventMarks: { kept: 'that a booking changed or has a message; it ends within seconds' },
  terms: LEDGER,
  listings: LEDGER,
  bookings: LEDGER,
  accountMoves: LEDGER,
  ledger: LEDGER,
  ledgerBlocks: LEDGER,
  readings: MONEY,
  allowances: MONEY,
  sessions: { kept: 'the state of a session, without its driver; it ends with the booking' },
  connectors: { kept: 'how a charger is at present, for the map; the agent reports it again every 30 s' },
  agents: { kept: 'the public key of an agent, to which messages for it are sealed' },
  signInNonces: { nobody: 'random numbers of the last ten minutes' },
  demand: { nobody: 'counts of searches by cell and day' },
  processes: ACCOUNTING,
  agentLinks: ACCOUNTING,
  pairingOffers: ACCOUNTING,
  clusterMessages: ACCOUNTING,
  senderNonces: ACCOUNTING,
  requestCounts: ACCOUNTING,
  outboxCalls: OUTBOX,
  outboxTransactions: OUTBOX,
  relayGas: { nobody: 'what a kind of call costs' },
  relayCounts: { nobody: 'counts of one day, under keyed hashes' },
  ocpiParties: { nobody: 'operators of other apps, by the names that this operator gave them' },
  foreignFeeds: { nobody: 'charging locations of other operators' },
  foreignLocations: { nobody: 'charging locations of other operators' },
  deferredIndexes: { nobody: 'indexes of tables, by their names' },
  mapChargers: MAP,
  mapCells: MAP,
  mapDirty: MAP,
  mapRemoved: MAP,
  mapState: MAP,
};

type AnyBuilder = ExpressionBuilder<Tables, keyof Tables>;

/** Bookings of which the account is the driver or the host: two look-ups, since one condition over both reads them all. */
const bookingsOf = (eb: AnyBuilder, account: Address) =>
  eb
    .selectFrom('bookings')
    .select('bookings.bookingId')
    .where('bookings.driver', '=', account)
    .where('bookings.untilBlock', 'is', null)
    .unionAll(
      eb
        .selectFrom('bookings')
        .select('bookings.bookingId')
        .where('bookings.listingId', 'in', listingsOf(eb, account))
        .where('bookings.untilBlock', 'is', null),
    );

const listingsOf = (eb: AnyBuilder, account: Address) =>
  eb
    .selectFrom('listings')
    .innerJoin('terms', 'terms.termsHash', 'listings.termsHash')
    .select('listings.listingId')
    .where('terms.host', '=', account)
    .where('listings.untilBlock', 'is', null);

/** Those of a booking are signed by its session key: they are the driver's. */
const subscriptionsOf = (eb: AnyBuilder, account: Address) =>
  eb
    .selectFrom('subscriptions')
    .select('subscriptions.subscriptionHash')
    .where('subscriptions.account', '=', account)
    .unionAll(
      eb
        .selectFrom('subscriptions')
        .innerJoin('bookings', 'bookings.bookingId', 'subscriptions.bookingId')
        .select('subscriptions.subscriptionHash')
        .where('bookings.driver', '=', account)
        .where('bookings.untilBlock', 'is', null),
    );

const noticesOf = (eb: AnyBuilder, account: Address) =>
  eb
    .selectFrom('notices')
    .select('notices.noticeId')
    .where('notices.listingId', 'in', listingsOf(eb, account))
    .unionAll(
      eb
        .selectFrom('notices')
        .select('notices.noticeId')
        .where('notices.bookingId', 'in', bookingsOf(eb, account)),
    );
