import { encodeFunctionData, type Hex } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { wordHex } from '../chain/events.ts';
import type { Sender } from '../chain/sender.ts';
import { marketTarget } from '../relay/relayCall.ts';
import { sendCall } from '../relay/sendCall.ts';
import type { Services } from '../services.ts';
import { nextCall, silentSec, type WatcherCall } from './next-call.ts';
import { agentSeenAt, type WatchedBooking, watchedBookings } from './store.ts';

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

async function watch(services: Services, relayer: Sender, tried: Map<string, number>): Promise<void> {
  const { db, head, now } = services;
  const nowSec = head()?.blockTimestamp;
  if (nowSec === undefined) return;
  for (const [key, at] of tried) if (now() >= at + TRY_AGAIN_SEC) tried.delete(key);
  for (const watched of await watchedBookings(db, nowSec)) {
    const isSilent = await isAgentSilent(services, watched);
    const call = nextCall(watched, { nowSec, isSilent, windows: services.marketInfo().windows });
    const key = `${watched.bookingId} ${wordHex(watched.state.head)} ${call?.functionName}`;
    if (call === undefined || tried.has(key)) continue;
    tried.set(key, now());
    await send(services, relayer, watched.bookingId, call);
  }
}

async function isAgentSilent({ db, hub, now, marketInfo }: Services, { booking }: WatchedBooking) {
  const { agentKey } = booking.terms;
  if (hub.linkedAt(agentKey) !== undefined) return false;
  const seenAt = await agentSeenAt(db, agentKey);
  return now() - (seenAt ?? 0) >= silentSec(marketInfo().windows);
}

/** Somebody may have been faster: a refusal is logged, and the next look finds another state. */
async function send(services: Services, relayer: Sender, bookingId: Hex, call: WatcherCall): Promise<void> {
  const { functionName, args } = call;
  const data = encodeFunctionData({ abi: plugpactMarketAbi, functionName, args } as never);
  try {
    const transactionHash = await sendCall(services, relayer, {
      target: marketTarget(services.config.market),
      ...call,
      data,
    });
    services.log.info({ bookingId, functionName, transactionHash }, 'watcher');
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    services.log.warn({ bookingId, functionName, code, reason: message }, 'watcher');
  }
}
