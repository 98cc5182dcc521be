import { setTimeout as delay } from 'node:timers/promises';
import { chargeAt } from './charge.ts';
import { firstFreeHome } from './free-home.ts';
import { CHARGED_AT } from './homes.ts';
import type { Town } from './town.ts';

/** From moving in until a guest comes, and from one charge to the next. */
const FIRST_AFTER_MS = 5_000;
const EVERY_MS = 15 * 60_000;
/** At 22 kW two minutes. */
const ENOUGH_WH = 730;

/** Guests who really charge now and then: booked, co-signed and paid like everybody. */
export async function comeAndGo(town: Town, isOver: AbortSignal): Promise<void> {
  await delay(FIRST_AFTER_MS, undefined, { signal: isOver });
  while (!isOver.aborted) {
    await chargeOnce(town).catch((error: unknown) => {
      // Such as a slot that a reader of the page has just booked: the next guest comes later.
      console.error(error instanceof Error ? error.message : error);
    });
    await delay(EVERY_MS, undefined, { signal: isOver });
  }
}

/** One guest, at the first home that is free. */
export async function chargeOnce(town: Town, enoughWh = ENOUGH_WH): Promise<void> {
  const home = await firstFreeHome(town, CHARGED_AT);
  if (home !== undefined) await chargeAt(town, home, ({ energyWh }) => energyWh >= enoughWh);
}
