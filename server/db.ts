import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { CamelCasePlugin, type Generated, Kysely, SqliteDialect, type Transaction } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Address, Hex } from 'viem';
import type { Notice, Tier, VisitState } from '../protocol/link.ts';
import { migrations } from './migrations/index.ts';

/**
 * The tables. Amounts are decimal text, 256-bit words and addresses lower-case hex, times unix seconds, so that
 * the same columns work on SQLite and PostgreSQL.
 *
 * Rows of the index (`terms`, `listings`, `bookings`, `accountMoves`) are a pure function of the ledger's logs.
 * A listing or booking has a row per version: valid from `fromBlock`, until `untilBlock` replaced it (null: the
 * present one). Taking a block back deletes what began after it and reopens what ended after it.
 */
export interface Tables {
  ledger: LedgerTable;
  ledgerBlocks: { number: number; hash: Hex; timestamp: number };
  terms: TermsTable;
  listings: ListingsTable;
  bookings: BookingsTable;
  accountMoves: AccountMovesTable;
  agents: { agentKey: Address; publicKey: Hex; seenAt: number };
  /** `health`: JSON of what the agent told of it, for its host alone. */
  connectors: {
    listingId: Hex;
    agentKey: Address;
    status: string;
    health: string | null;
    sentAt: number;
    receivedAt: number;
  };
  readings: ReadingsTable;
  visits: { bookingId: Hex; state: VisitState; powerW: number; detail: string; tier: Tier; at: number };
  /** `noticeId` is a hash of the rest as it was sent. */
  notices: Notice & { noticeId: Hex };
  /** Deleted when the booking ends. */
  handovers: { bookingId: Hex; sealed: Hex };
  signInNonces: { nonce: string; expiresAt: number };
  sessions: { tokenHash: Hex; address: Address; expiresAt: number };
}

/** One row: which ledger is indexed, and how far. */
interface LedgerTable {
  id: Generated<number>;
  chainId: number;
  genesisHash: Hex;
  market: Address;
  deployBlock: number;
  indexedTo: number;
}

interface Version {
  fromBlock: number;
  untilBlock: number | null;
}

interface TermsTable {
  termsHash: Hex;
  fromBlock: number;
  host: Address;
  agentKey: Address;
  tariff: Hex;
  bookingTerms: Hex;
  metering: Hex;
  meterKeyHash: Hex;
}

interface ListingsTable extends Version {
  listingId: Hex;
  termsHash: Hex;
  weeklyHours: Hex;
  connector: Hex;
  location: Hex;
  placeCommitment: Hex;
  meterKey: Hex;
  version: number;
  /** As LISTING_STATUS numbers it. */
  status: number;
  /** Centre of the H3 cell in millionths of a degree; null when the cell does not exist. */
  latitudeE6: number | null;
  longitudeE6: number | null;
  updatedAt: number;
}

interface BookingsTable extends Version {
  bookingId: Hex;
  listingId: Hex;
  termsHash: Hex;
  driver: Address;
  purse: number;
  generation: string;
  sessionKey: Address;
  firstSlot: number;
  slotCount: number;
  opensAt: number;
  endsAt: number;
  cap: string;
  unsignedCost: string;
  firstUnsignedCost: string;
  relayFee: string;
  startHash: Hex;
  reservationStatus: string;
  settlementStatus: string;
  stateHead: Hex;
  stateClaim: Hex;
  paid: string | null;
  refunded: string | null;
  energyWh: number | null;
  readingMeasure: Hex | null;
  readingEvidenceHash: Hex | null;
  readingRegistersCommitment: Hex | null;
  bookedAt: number;
  bookedTx: Hex;
  endedAt: number | null;
  endedTx: Hex | null;
}

interface AccountMovesTable {
  fromBlock: number;
  logIndex: number;
  kind: 'DEPOSIT' | 'WITHDRAWAL' | 'EARNINGS_WITHDRAWAL' | 'RELAY_FEE';
  account: Address;
  purse: number | null;
  listingId: Hex | null;
  amount: string;
  counterparty: Address | null;
  movedAt: number;
  tx: Hex;
}

interface ReadingsTable {
  bookingId: Hex;
  seq: number;
  /** JSON text of a ReadingJson. */
  reading: string;
  agentSignature: Hex;
  sessionSignature: Hex | null;
  receivedAt: number;
}

export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;

/** Opens the database file (made when missing) and brings its tables up to date. */
export async function openDatabase(file: string): Promise<Db> {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  const db = new Kysely<Tables>({
    dialect: new SqliteDialect({ database: sqliteDatabase(file) }),
    plugins: [new CamelCasePlugin()],
  });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) {
    await db.destroy();
    throw error;
  }
  return db;
}

/** node:sqlite in the shape that Kysely's dialect asks for. The index can be made again, so NORMAL is enough. */
function sqliteDatabase(file: string) {
  const database = new DatabaseSync(file);
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000');
  return {
    close: () => database.close(),
    prepare(sql: string) {
      const statement = database.prepare(sql);
      const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
      return {
        reader: statement.columns().length > 0,
        all: (parameters: readonly unknown[]) => statement.all(...values(parameters)),
        run: (parameters: readonly unknown[]) => statement.run(...values(parameters)),
        iterate: (parameters: readonly unknown[]) => statement.iterate(...values(parameters)),
      };
    },
  };
}
