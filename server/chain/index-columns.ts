import type { Tables } from '../db.ts';

/** The tables that a range of the ledger is written to. */
export type IndexTable = 'terms' | 'listings' | 'bookings' | 'accountMoves' | 'ledgerBlocks';

/** Every column of a table: one that is missing here does not compile. */
type EveryColumn<Table extends IndexTable> = Record<keyof Tables[Table], true>;

const TERMS: EveryColumn<'terms'> = {
  termsHash: true,
  fromBlock: true,
  host: true,
  agentKey: true,
  tariff: true,
  bookingTerms: true,
  metering: true,
  meterKeyHash: true,
};

const LISTINGS: EveryColumn<'listings'> = {
  listingId: true,
  fromBlock: true,
  untilBlock: true,
  termsHash: true,
  weeklyHours: true,
  connector: true,
  location: true,
  placeCommitment: true,
  meterKey: true,
  version: true,
  status: true,
  latitudeE6: true,
  longitudeE6: true,
  updatedAt: true,
};

const BOOKINGS: EveryColumn<'bookings'> = {
  bookingId: true,
  fromBlock: true,
  untilBlock: true,
  listingId: true,
  termsHash: true,
  driver: true,
  purse: true,
  generation: true,
  sessionKey: true,
  firstSlot: true,
  slotCount: true,
  opensAt: true,
  endsAt: true,
  cap: true,
  unsignedCost: true,
  allowedCost: true,
  relayFee: true,
  startHash: true,
  reservationStatus: true,
  settlementStatus: true,
  stateHead: true,
  stateClaim: true,
  contested: true,
  canceledBy: true,
  freedFromSlot: true,
  paid: true,
  refunded: true,
  energyWh: true,
  readingMeasure: true,
  readingEvidenceHash: true,
  readingRegistersCommitment: true,
  bookedAt: true,
  bookedTx: true,
  endedAt: true,
  endedTx: true,
};

const ACCOUNT_MOVES: EveryColumn<'accountMoves'> = {
  fromBlock: true,
  logIndex: true,
  kind: true,
  account: true,
  purse: true,
  listingId: true,
  amount: true,
  counterparty: true,
  movedAt: true,
  tx: true,
};

const LEDGER_BLOCKS: EveryColumn<'ledgerBlocks'> = {
  number: true,
  hash: true,
  timestamp: true,
  digest: true,
};

/** The columns of each table, in the order in which statements name them. */
export const INDEX_COLUMNS: Readonly<Record<IndexTable, readonly string[]>> = {
  terms: Object.keys(TERMS),
  listings: Object.keys(LISTINGS),
  bookings: Object.keys(BOOKINGS),
  accountMoves: Object.keys(ACCOUNT_MOVES),
  ledgerBlocks: Object.keys(LEDGER_BLOCKS),
};

/** A column's or table's name in the database. */
export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
