import type { PlugpactError } from '../protocol/errors.ts';
import { LedgerNodes } from '../protocol/ledger/nodes.ts';
import { type Follower, startFollower } from './chain/follow.ts';
import { createOutage } from './chain/outage.ts';
import { type HeadWatch, watchHead } from './chain/watch-head.ts';
import { deleteEndedHandovers, handoverDeletion } from './charging/handover.ts';
import { startCleaning } from './cluster/cleaning.ts';
import { type Leadership, startLeadership } from './cluster/leader.ts';
import { rulesOf } from './index-rules.ts';
import { startMapKeeper } from './map/keeper.ts';
import { startForeignFeeds } from './ocpi/poll.ts';
import { startTracking } from './outbox/tracking.ts';
import { startDeletingOld } from './people/deleteOld.ts';
import type { Services } from './services.ts';
import { startDeliveries } from './subscriptions/deliver.ts';
import { startWatcher } from './watcher/watch.ts';

export interface LeadOptions {
  /** Called when the ledger answers, the first time and after each outage. */
  onContact(): Promise<void>;
  onFatal(error: PlugpactError): void;
  /** How often the watcher looks at open bookings. */
  watchMs: number | undefined;
}

/** Whatever sees the head of the ledger at present: the follower, or in a process that does not lead a poll. */
export interface HeadSource {
  current: Follower | (HeadWatch & { progress?: undefined }) | undefined;
}

/**
 * Starts what one process at a time does: following the ledger, keeping the map, reading foreign feeds, watching
 * bookings, and deleting what is over. The others see the ledger's head.
 */
export function startLead(services: Services, head: HeadSource, options: LeadOptions): Leadership {
  const { cluster, log } = services;
  const { db } = services;
  const { market, deployBlock, pollMs, rpcUrls } = services.config;
  const { onContact, onFatal } = options;
  // An outage goes on when this process begins to lead: it is one, and logged once.
  const outage = createOutage('ledger unreachable', log);
  // Each its own connections: one ends while the other begins.
  const ledger = () => ({
    ...{ db, market, pollMs, log, outage, onContact, onFatal, nodes: new LedgerNodes(rpcUrls) },
  });
  const use = <T extends HeadSource['current'] & object>(source: T): T => {
    head.current = source;
    return source;
  };
  return startLeadership({
    ...{ cluster, log },
    wait: () => use(watchHead(ledger())),
    lead() {
      deleteEndedHandovers(db).catch((error) => log.error({ err: error }, 'handover'));
      const onChange = onChangeOf(services);
      const rules = rulesOf(() => follower.isNearHead());
      const follower: Follower = use(startFollower({ ...ledger(), deployBlock, rules, onChange }));
      const parts = [
        follower,
        startWatcher(services, options.watchMs),
        startTracking(services.relayer, pollMs, log),
        startMapKeeper({ ...services, isNearHead: follower.isNearHead }),
        startForeignFeeds(services),
        startDeletingOld(services),
        startDeliveries(services),
        ...(cluster === undefined ? [] : [startCleaning(db, log)]),
      ];
      return { stop: async () => void (await Promise.all(parts.map((part) => part.stop()))) };
    },
  });
}

function onChangeOf({ db, log, progress, topics }: Services) {
  const deleteEnded = handoverDeletion(db);
  return ({ listings, bookings }: { listings: Iterable<string>; bookings: ReadonlySet<string> }): void => {
    for (const id of listings) topics.publish('listing', id);
    for (const id of bookings) topics.publish('booking', id);
    deleteEnded([...bookings], progress() !== null).catch((error) => log.error({ err: error }, 'handover'));
  };
}
