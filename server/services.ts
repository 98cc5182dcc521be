import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { MarketRef } from '../protocol/signedTypes.ts';
import type { LedgerClient } from './chain/client.ts';
import type { LedgerHead } from './chain/follow.ts';
import type { MarketInfo } from './chain/market.ts';
import type { Progress } from './chain/progress.ts';
import type { Sender } from './chain/sender.ts';
import type { ServerConfig } from './config.ts';
import type { Cluster } from './db/cluster.ts';
import type { Db } from './db.ts';
import type { Limits } from './http/limits.ts';
import type { ProxyWatch } from './http/proxy.ts';
import type { EventStreams } from './http/sse.ts';
import type { Turns } from './http/turns.ts';
import type { AgentHub } from './link/hub.ts';
import type { Outbox } from './outbox/types.ts';
import type { TopicBus } from './topics.ts';

/** What all rooms share. */
export interface Services {
  config: ServerConfig;
  db: Db;
  /** The other processes on the same PostgreSQL database; undefined on SQLite. */
  cluster: Cluster | undefined;
  client: LedgerClient;
  topics: TopicBus;
  streams: EventStreams;
  hub: AgentHub;
  limits: Limits;
  proxy: ProxyWatch;
  /** Who asks again for what was just refused waits. */
  turns: Turns;
  log: Logger;
  /** The market's constants. @throws HttpProblem `ledger.unreachable` until the ledger was reached once. */
  marketInfo(): MarketInfo;
  /** Chain and market that signatures are made for; while the ledger is unreachable, from the index. @throws as `marketInfo`. */
  marketRef(): MarketRef;
  /** Head of the ledger as last seen; undefined while it is unreachable. */
  head(): LedgerHead | undefined;
  /** How far a back-fill is; null while there is none, and where another process makes it. */
  progress(): Progress | null;
  /** Whether this process follows the ledger for all of them. */
  leads(): boolean;
  /** Times each request; undefined where there are no metrics. */
  measure: RequestHandler | undefined;
  /** Whether this process finishes what it has begun, and takes nothing new. */
  isStopping(): boolean;
  /** Requests under way in this process, and agents that are connected to it. */
  load(): { requests: number; agents: number };
  /** Pays for relayed calls; undefined where nothing is relayed. */
  relayer: Outbox | undefined;
  /** Sends demo money; defined on the local ledger only. */
  faucet: Sender | undefined;
  /** Unix seconds. */
  now(): number;
}
