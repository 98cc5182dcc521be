import type { Logger } from 'pino';
import type { MarketRef } from '../protocol/signedTypes.ts';
import type { LedgerClient } from './chain/client.ts';
import type { LedgerHead } from './chain/follow.ts';
import type { MarketInfo } from './chain/market.ts';
import type { Sender } from './chain/sender.ts';
import type { ServerConfig } from './config.ts';
import type { Db } from './db.ts';
import type { Limits } from './http/limits.ts';
import type { EventStreams } from './http/sse.ts';
import type { AgentHub } from './link/hub.ts';
import type { TopicBus } from './topics.ts';

/** What all rooms share. */
export interface Services {
  config: ServerConfig;
  db: Db;
  client: LedgerClient;
  topics: TopicBus;
  streams: EventStreams;
  hub: AgentHub;
  limits: Limits;
  log: Logger;
  /** The market's constants. @throws HttpProblem `ledger.unreachable` until the ledger was reached once. */
  marketInfo(): MarketInfo;
  /** Chain and market that signatures are made for; while the ledger is unreachable, from the index. @throws as `marketInfo`. */
  marketRef(): MarketRef;
  /** Head of the ledger as last seen; undefined while it is unreachable. */
  head(): LedgerHead | undefined;
  /** Pays for relayed calls; undefined where nothing is relayed. */
  relayer: Sender | undefined;
  /** Sends demo money; defined on the local ledger only. */
  faucet: Sender | undefined;
  /** Unix seconds. */
  now(): number;
}
