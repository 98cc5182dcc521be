import { hexToBigInt, numberToHex } from 'viem';
import type { LedgerEvent } from '../../../audit/rules/events.ts';
import type { Reading } from '../../../protocol/reading.ts';
import { type AGENT, type History, listed, type Made, MONDAY_SLOT, SLOT_SEC } from './short-ledger.ts';

export const FIRST = MONDAY_SLOT + 36;

/** A time of that Monday, UTC. */
export const clock = (hours: number, minutes = 0, sec = 0): number =>
  MONDAY_SLOT * SLOT_SEC + hours * 3_600 + minutes * 60 + sec;

type Change = Parameters<typeof listed>[0];

/** One booking at five in the morning, and what happens to it. */
export const booked =
  (then: (history: History, made: Made) => Promise<void> | void, change: Change = {}) =>
  async () => {
    const history = listed(change);
    const made = history.book();
    await then(history, made);
    return history;
  };

/** One booking of a listing, at a time, for other slots or other money. */
export const books =
  (
    { change = {}, hours = {}, at }: { change?: Change; hours?: Parameters<typeof listed>[1]; at?: number },
    ...booking: Parameters<History['book']>
  ) =>
  async () => {
    const history = listed(change, hours);
    history.now = at ?? history.now;
    history.book(...booking);
    return history;
  };

/** The charge is over at half past ten; settled at eleven. */
export const settled = (change: Partial<Reading>, keys?: (typeof AGENT)[], at = clock(11)) =>
  booked((history, made) => {
    history.now = at;
    return history.settle(made, change, keys);
  });

export const claimed = (
  at: number,
  then: (history: History, made: Made) => void,
  change?: Partial<Reading>,
) =>
  booked(async (history, made) => {
    history.now = at;
    await history.claimAlone(made, change);
    then(history, made);
  });

export const alone = (change: Partial<Reading>, at = clock(11)) =>
  booked((history, made) => {
    history.now = at;
    return history.settleAlone(made, change);
  });

/** The last event with other arguments. */
export const changed = (play: () => Promise<History>, change: (args: never) => object) => async () => {
  const history = await play();
  const last = history.events.at(-1)!;
  history.events[history.events.length - 1] = {
    ...last,
    args: { ...last.args, ...change(last.args as never) },
  } as LedgerEvent;
  return history;
};

/** A signature with the other `s` that verifies too: no ledger takes it. */
export function malleated({ agentSignature }: { agentSignature: { r: `0x${string}`; vs: `0x${string}` } }) {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const vs = hexToBigInt(agentSignature.vs);
  const s = BigInt.asUintN(255, vs);
  const other = (order - s) | ((vs >> 255n) ^ 1n ? 1n << 255n : 0n);
  return {
    agentSignature: { r: agentSignature.r, vs: numberToHex(BigInt.asUintN(256, other), { size: 32 }) },
  };
}
