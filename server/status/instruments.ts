import type { RequestHandler } from 'express';
import { Gauge, Histogram, type Registry } from 'prom-client';
import type { Services } from '../services.ts';
import type { RelayerBalance } from './balance.ts';
import { type Health, healthOf } from './health.ts';

/** From a read of memory to a request that waits for an agent. */
const BUCKETS_SEC = [0.002, 0.01, 0.05, 0.2, 1, 5, 15];
const WEI_PER_COIN = 1e18;

/** Counts and times each request, by its route without ids. */
export function requestInstrument(register: Registry): RequestHandler {
  const duration = new Histogram({
    name: 'plugpact_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: BUCKETS_SEC,
    registers: [register],
  });
  return (req, res, next) => {
    const end = duration.startTimer();
    res.once('finish', () => {
      const type = String(res.getHeader('content-type') ?? '');
      // The length of a stream is its client's.
      if (type.startsWith('text/event-stream')) return;
      end({ method: req.method, route: String(req.route?.path ?? 'none'), status: String(res.statusCode) });
    });
    next();
  };
}

export interface Instrumented
  extends Pick<Services, 'db' | 'head' | 'progress' | 'proxy' | 'relayer' | 'leads' | 'load'> {
  balance: RelayerBalance;
}

type Reading = (health: Health) => number | undefined;

const flag = (value: boolean): number => (value ? 1 : 0);

/** What is read of the health at each scrape; undefined while it is not known. */
const OF_HEALTH: Record<string, [help: string, Reading]> = {
  plugpact_database_up: ['1 while the database answers.', ({ database }) => flag(database.reachable)],
  plugpact_ledger_up: ['1 while a node of the ledger answers.', ({ ledger }) => flag(ledger.reachable)],
  plugpact_ledger_head_block: ['Newest block of the ledger.', ({ ledger }) => ledger.head ?? undefined],
  plugpact_ledger_head_timestamp_seconds: [
    'Time of the newest block, unix seconds.',
    ({ ledger }) => ledger.headTimestamp ?? undefined,
  ],
  plugpact_index_block: [
    'Block up to which the ledger is indexed.',
    ({ index }) => index.indexedTo ?? undefined,
  ],
  plugpact_index_verified_block: [
    'Block up to which a second reading gave the same events.',
    ({ index }) => index.verifiedTo ?? undefined,
  ],
  plugpact_index_lag_blocks: [
    'Blocks that are not indexed yet.',
    ({ index }) => index.lagBlocks ?? undefined,
  ],
  plugpact_index_contradiction: [
    '1 while nodes contradict each other about the ledger.',
    ({ index }) => flag(index.contradiction !== null),
  ],
};

/** Gauges of this process, read when they are asked for. */
export function registerGauges(register: Registry, parts: Instrumented): void {
  const { proxy, leads, load, balance, relayer } = parts;
  const gauge = (name: string, help: string, read: () => Promise<number | undefined> | number | undefined) =>
    new Gauge({
      ...{ name, help, registers: [register] },
      async collect() {
        this.reset();
        const value = await read();
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
  const health = shared(() => healthOf(parts));
  for (const [name, [help, read]] of Object.entries(OF_HEALTH))
    gauge(name, help, async () => read(await health()));
  gauge('plugpact_leader', '1 in the process that follows the ledger.', () => flag(leads()));
  gauge('plugpact_proxy_problem', '1 where TRUST_PROXY_HOPS does not fit the requests.', () =>
    flag(proxy.problem() !== undefined),
  );
  gauge('plugpact_http_requests_open', 'Requests under way, live streams included.', () => load().requests);
  gauge('plugpact_agents_connected', 'Agents whose connection this process has.', () => load().agents);
  if (relayer === undefined) return;
  gauge(
    'plugpact_relayer_balance_coins',
    'What the relayer has for gas, in whole coins of the chain.',
    async () => {
      const wei = await balance();
      return wei === undefined ? undefined : Number(wei) / WEI_PER_COIN;
    },
  );
}

/** One read for all gauges of a scrape: they are collected in the same turn. */
function shared<T>(read: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | undefined;
  return () => {
    current ??= read().finally(() => {
      current = undefined;
    });
    return current;
  };
}
