import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { CamelCasePlugin, type Generated, Kysely, SqliteDialect, type Transaction } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Address, Hex } from 'viem';
import type { AssuranceLevel, SessionState } from '../protocol/link.ts';
import type { Notice } from '../protocol/notices.ts';
import { migrations } from './migrations/index.ts';

/**
 * The tables. Amounts are decimal text, 256-bit words and addresses are lower-case hex, and times are unix seconds, so
 * that the same columns work on SQLite and PostgreSQL.
 *
 * Rows of the index (`terms`, `listings`, `bookings`, `accountMoves`) are a pure function of the ledger's logs.
 * A listing or booking has a row per version, valid from `fromBlock` until `untilBlock` (null for the current version).
 * Rolling back a block deletes the versions that began after it and reopens those that ended after it.
 */
export interface Tables {
  ledger: LedgerTable;
  ledgerBlocks: { number: number; hash: Hex; timestamp: number };
  terms: TermsTable;
  listings: ListingsTable;
  bookings: BookingsTable;
  accountMoves: AccountMovesTable;
  agents: { agentKey: Address; publicKey: Hex; seenAt: number };
  /** `health`: JSON as the agent reported it; shown to the host only. */
  connectors: {
    listingId: Hex;
    agentKey: Address;
    /** To whom the agent gave its consent; null while it has not said. */
    host: Address | null;
    status: string;
    health: string | null;
    sentAt: number;
    receivedAt: number;
  };
  readings: ReadingsTable;
  /** One row per booking: the state that its agent reported last. */
  sessions: {
    bookingId: Hex;
    state: SessionState;
    powerW: number;
    /** JSON of a code with its parameters. */
    detail: string | null;
    assuranceLevel: AssuranceLevel;
    neededCost: string | null;
    at: number;
  };
  /** The newest raise of each booking; `acceptedAt` is null until its agent has taken it. */
  allowances: { bookingId: Hex; cost: string; signature: Hex; acceptedAt: number | null };
  /** `noticeId` is a hash of the other fields as they were sent; `params` is JSON. */
  notices: Omit<Notice, 'params'> & { noticeId: Hex; params: string };
  /** Deleted when the booking ends. */
  handovers: { bookingId: Hex; sealed: Hex };
  signInNonces: { nonce: string; expiresAt: number };
  signIns: { tokenHash: Hex; address: Address; expiresAt: number };
}

/** A single row: the indexed ledger, and how far it is indexed. */
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
  /** A number of LISTING_STATUS. */
  status: number;
  /** Centre of the H3 cell in millionths of a degree; null where the cell is not valid. */
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
  allowedCost: string;
  relayFee: string;
  startHash: Hex;
  reservationStatus: string;
  settlementStatus: string;
  stateHead: Hex;
  stateClaim: Hex;
  /** 1 where agent and driver contradict each other about a no-show, and nothing has decided it. */
  contested: number;
  /** From this slot on (unix seconds / 900) the agent gave the booking's slots back. */
  freedFromSlot: number | null;
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

/** Opens the database file, creates it when missing, and migrates its tables. */
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

/** Adapts node:sqlite to Kysely's dialect. `synchronous = normal` is enough, since the index can be rebuilt. */
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
