import type { Address, Hex } from 'viem';
import { wordHex } from '../chain/events.ts';
import type { Outbox } from '../outbox/types.ts';
import { handIn } from '../relay/handIn.ts';
import { ownCall } from '../relay/relayCall.ts';
import { OWN_TERMS } from '../relay/terms.ts';
import type { Services } from '../services.ts';
import { nextCall, silentSec, type WatcherCall } from './next-call.ts';
import { agentSeenAt, watchedBookings } from './store.ts';

const TICK_MS = 60_000;
/** A call is not tried again for this long while the booking's state stays: the index has to see its transaction. */
const TRY_AGAIN_SEC = 600;

export interface Watcher {
  stop(): Promise<void>;
}

/**
 * Ends bookings whose agent is silent, and those whose time is over, by what was left with this server (rule 31). Pays
 * the gas with the relayer's key; a server without one watches nothing.
 */
export function startWatcher(services: Services, tickMs = TICK_MS): Watcher {
  const { relayer, log } = services;
  if (relayer === undefined) return { stop: async () => {} };
  const tried = new Map<string, number>();
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = running
      .then(() => watch(services, relayer, tried))
      .catch((error) => log.error({ err: error }, 'watcher'));
  }, tickMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

async function watch(services: Services, relayer: Outbox, tried: Map<string, number>): Promise<void> {
  const { db, head, hub, now, progress } = services;
  const nowSec = head()?.blockTimestamp;
  // During a back-fill bookings look open that ended long ago, and the index by which open ones are found is missing.
  if (nowSec === undefined || progress() !== null) return;
  for (const [key, at] of tried) if (now() >= at + TRY_AGAIN_SEC) tried.delete(key);
  const all = await watchedBookings(db, nowSec);
  const linked = await hub.linkedAt([...new Set(all.map(({ booking }) => booking.terms.agentKey))]);
  for (const watched of all) {
    const { agentKey } = watched.booking.terms;
    const isSilent = !linked.has(agentKey) && (await isUnseen(services, agentKey));
    const call = nextCall(watched, { nowSec, isSilent, windows: services.marketInfo().windows });
    const key = `${watched.bookingId} ${wordHex(watched.state.head)} ${call?.functionName}`;
    if (call === undefined || tried.has(key)) continue;
    tried.set(key, now());
    await send(services, relayer, watched.bookingId, call);
  }
}

/** Whether an agent that is not linked sent nothing for so long that it counts as silent. */
async function isUnseen({ db, now, marketInfo }: Services, agentKey: Address): Promise<boolean> {
  const seenAt = await agentSeenAt(db, agentKey);
  return now() - (seenAt ?? 0) >= silentSec(marketInfo().windows);
}

/** Somebody may have been faster: a refusal is logged, and the next look finds another state. */
async function send(services: Services, relayer: Outbox, bookingId: Hex, call: WatcherCall): Promise<void> {
  const { functionName, args } = call;
  try {
    const own = ownCall(services.config.market, functionName, args);
    const { transactionHash } = await handIn(services, relayer, own, async () => OWN_TERMS);
    services.log.info({ functionName, transactionHash }, 'watcher');
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    services.log.warn({ bookingId, functionName, code, reason: message }, 'watcher');
  }
}
