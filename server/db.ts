import type { Kysely, Transaction } from 'kysely';
import type { AgentTables } from './tables/agents.ts';
import type { ForeignTables } from './tables/foreign.ts';
import type { LedgerTables } from './tables/ledger.ts';
import type { MapTables } from './tables/map.ts';
import type { OcpiTables } from './tables/ocpi.ts';
import type { OutboxTables } from './tables/outbox.ts';
import type { PeopleTables } from './tables/people.ts';
import type { ProcessTables } from './tables/processes.ts';
import type { SubscriptionTables } from './tables/subscriptions.ts';

/**
 * The tables. Amounts are decimal text, 256-bit words and addresses are lower-case hex, and times are unix seconds, so
 * that the same columns work on SQLite and PostgreSQL.
 */
export interface Tables
  extends AgentTables,
    ForeignTables,
    LedgerTables,
    MapTables,
    OcpiTables,
    OutboxTables,
    PeopleTables,
    ProcessTables,
    SubscriptionTables {}

export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;
