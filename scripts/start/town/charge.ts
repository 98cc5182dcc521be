import type { Hex } from 'viem';
import type { BookingResponse, ReadingJson, SessionJson } from '../../../protocol/api.ts';
import { HeadlessDriver } from '../../client/headless-driver.ts';
import { waitFor } from '../../lib/wait.ts';
import type { Town } from './town.ts';

/** Token units: what the driver brings, and the most that the booking may cost. */
const DEPOSIT = 5_000_000n;
const CAP = 3_000_000n;
const SLOTS = 1;
const CONNECTOR_ID = 1;
/** The API's rate limit counts requests. */
const RARELY = { pollMs: 500 };

/** What happens in a charge, as it happens. */
export interface ChargeEvents {
  funded?: (amount: bigint, transactionHash: Hex) => void;
  booked?: (cap: bigint, transactionHash: Hex, bookingId: Hex) => void;
  pluggedIn?: () => void;
  started?: () => void;
  session?: (state: SessionJson['state'], powerW: number) => void;
  reading?: (reading: ReadingJson, cost: bigint) => void;
  allowed?: (cost: bigint) => void;
  stopping?: () => void;
  unplugged?: () => void;
  settled?: (booking: BookingResponse) => void;
}

/** A whole charge by a driver without a browser at a home of the town, ended when `isEnough`. */
export async function chargeAt(
  town: Town,
  chargePointId: string,
  isEnough: (reading: ReadingJson) => boolean,
  events: ChargeEvents = {},
): Promise<BookingResponse> {
  const driver = new HeadlessDriver(town.api, town.ledger);
  const charger = await town.api.call('getCharger', {
    params: { listingId: town.listingIdOf(chargePointId) },
  });
  const funded = await driver.fund(DEPOSIT);
  events.funded?.(DEPOSIT, funded.transactionHash);
  const booked = await driver.book(charger, SLOTS, CAP);
  events.booked?.(CAP, booked.transactionHash, driver.bookingId);
  await waitFor(
    'the booking to be on the map',
    () => town.api.call('getBooking', { params: { bookingId: driver.bookingId } }).catch(() => undefined),
    RARELY,
  );
  const wallbox = town.wallbox(chargePointId);
  let isStopping = false;
  const stop = async () => {
    isStopping = true;
    events.stopping?.();
    await driver.stop();
    wallbox.unplug(CONNECTOR_ID);
    events.unplugged?.();
  };
  const following = driver.follow({
    reading: (reading, cost) => {
      events.reading?.(reading, cost);
      if (!isStopping && isEnough(reading)) void stop().catch(() => wallbox.unplug(CONNECTOR_ID));
    },
    session: (state, powerW) => events.session?.(state, powerW),
    allowance: (cost) => events.allowed?.(cost),
  });
  try {
    wallbox.plug(CONNECTOR_ID);
    events.pluggedIn?.();
    const { agentPublicKey } = charger;
    await waitFor(
      'the agent to take the start',
      () =>
        driver.start(agentPublicKey as Hex).then(
          () => true,
          () => undefined,
        ),
      RARELY,
    );
    events.started?.();
    const settled = await following;
    events.settled?.(settled);
    return settled;
  } finally {
    if (wallbox.state(CONNECTOR_ID).plugged) wallbox.unplug(CONNECTOR_ID);
  }
}
