import { type OwnOrder, type OwnPosition, orderOf } from './own-order.ts';
import { openRegister, type Register, type RegisterValue } from './register.ts';
import type { Command, EarlierNumber, OpenTransaction } from './types.ts';

/**
 * A charge point may begin twice for one command, or forget a transaction and begin again: one charge then has several
 * numbers. All count over one register, so that each Wh counts once, whatever number it comes under.
 */

export interface Began extends OwnPosition {
  transactionId: number;
  meterStartWh: number;
  beganAt: number;
}

const opened = (began: Began): OpenTransaction => ({
  transactionId: began.transactionId,
  beganAt: began.beganAt,
  beganOwnAt: began.ownAt,
  register: openRegister(began.meterStartWh, began),
  earlier: [],
});

/** What a session knows of the open transaction, for the next start. */
export interface OpenFacts {
  /** What listed power allows in so many seconds. */
  withinWh: (sec: number) => number;
  /** The charge point was connected all the time since it began: what flowed is of the same charge. */
  isUninterrupted: boolean;
}

/** The transaction after a start: a new one, or the open one, which goes on. */
export function withNumber(
  open: OpenTransaction | null,
  began: Began,
  facts: OpenFacts,
): { transaction: OpenTransaction; isNew: boolean } {
  if (open === null) return { transaction: opened(began), isNew: true };
  const earlierStart = withEarlierStart(open, began, facts);
  if (earlierStart !== null) return { transaction: earlierStart, isNew: false };
  const { transactionId, meterStartWh } = began;
  const { lastWh, creditedWh } = open.register;
  const gapWh = meterStartWh - lastWh;
  const isPossible = gapWh > 0 && creditedWh + gapWh <= facts.withinWh(began.beganAt - open.beganAt);
  const before = { transactionId: open.transactionId, lastWh: meterStartWh, nextStartWh: meterStartWh };
  if (isSameRegister(open.register, began) || (isPossible && facts.isUninterrupted)) {
    const register = risen(open.register, Math.max(0, gapWh));
    return {
      transaction: { ...open, transactionId, register, earlier: [...open.earlier, before] },
      isNew: false,
    };
  }
  const earlier = isPossible ? [...open.earlier, { ...before, lastWh }] : [];
  // A register that began again at less, or far above, has nothing to do with the older number.
  return { transaction: { ...opened(began), earlier }, isNew: true };
}

const risen = (register: Register, moreWh: number): Register => ({
  ...register,
  lastWh: register.lastWh + moreWh,
  creditedWh: register.creditedWh + moreWh,
  order: withoutNumbering(register.order),
});

/**
 * The start of the same charge came after its first values, from which it was opened: it has counted since then. Null if
 * it is no earlier start.
 */
function withEarlierStart(
  open: OpenTransaction,
  { transactionId, meterStartWh, ownAt }: Began,
  { withinWh }: OpenFacts,
): OpenTransaction | null {
  const { register, beganOwnAt, earlier } = open;
  const moreWh = register.startWh - meterStartWh;
  if (moreWh <= 0 || ownAt === null || beganOwnAt === null || ownAt >= beganOwnAt) return null;
  const before = {
    transactionId: open.transactionId,
    lastWh: register.startWh,
    nextStartWh: register.startWh,
  };
  const again = { ...open, transactionId, earlier: [...earlier, before] };
  if (register.hasRestarted || moreWh > withinWh(beganOwnAt - ownAt)) return again;
  const counted = { ...register, startWh: meterStartWh, creditedWh: register.creditedWh + moreWh };
  const beganAt = open.beganAt - (beganOwnAt - ownAt);
  return { ...again, beganAt, beganOwnAt: ownAt, register: counted };
}

/** Each number has a series of message numbers of its own. */
const withoutNumbering = (order: OwnOrder): OwnOrder => ({ ...order, seqNo: null, numbering: 'unproven' });

/** The second start shows a register that the first one has counted already: it is the same charge. */
function isSameRegister({ startWh, lastWh, order }: Register, { meterStartWh, ...began }: Began): boolean {
  if (meterStartWh === lastWh) return true;
  const isWithin = meterStartWh >= startWh && meterStartWh < lastWh;
  const isOrdered = began.ownAt !== null && order.ownAt !== null && !order.isClockWrong;
  return isWithin && isOrdered && orderOf(withoutNumbering(order), began) !== 'newer';
}

export const hasNumber = ({ transactionId, earlier }: OpenTransaction, id: number): boolean =>
  id === transactionId || earlier.some((number) => number.transactionId === id);

/** A value under one of the numbers of a transaction. */
export interface NumberedValue extends RegisterValue {
  transactionId: number;
}

export interface Numbered {
  transaction: OpenTransaction;
  /** The charge goes on under this number; else the value is from before the next number began. */
  goesOn: boolean;
  /** Energy from before the next number began, which only this value shows. */
  earlierWh: number;
}

/** Finds the transaction of a value by its number; null if it is none of its numbers. */
export function underNumber(open: OpenTransaction, value: NumberedValue, isStop = false): Numbered | null {
  const { transactionId, registerWh } = value;
  if (transactionId === open.transactionId) return { transaction: open, goesOn: true, earlierWh: 0 };
  const number = open.earlier.find((earlier) => earlier.transactionId === transactionId);
  if (number === undefined) return null;
  const earlierWh = Math.max(0, Math.min(registerWh, number.nextStartWh) - number.lastWh);
  const counted = { ...number, lastWh: number.lastWh + earlierWh };
  const { lastWh, order } = open.register;
  const isNow = !isStop && registerWh === lastWh && orderOf(order, value) === 'newer';
  if (registerWh > lastWh || isNow) return { transaction: swapped(open, counted), goesOn: true, earlierWh };
  const transaction = earlierWh > 0 ? withEarlier(open, number, counted) : open;
  return { transaction, goesOn: false, earlierWh };
}

const withEarlier = (
  open: OpenTransaction,
  before: EarlierNumber,
  after: EarlierNumber,
): OpenTransaction => ({
  ...open,
  earlier: open.earlier.map((number) => (number.transactionId === before.transactionId ? after : number)),
});

function swapped(open: OpenTransaction, number: EarlierNumber): OpenTransaction {
  const { startWh } = open.register;
  const other = { transactionId: open.transactionId, lastWh: startWh, nextStartWh: startWh };
  return { ...withEarlier(open, number, other), transactionId: number.transactionId };
}

/** Without a number that a stop has closed; null when it was the last one, or the one that the charge goes on under. */
export function withoutNumber(open: OpenTransaction, transactionId: number): OpenTransaction | null {
  const earlier = open.earlier.filter((number) => number.transactionId !== transactionId);
  if (transactionId !== open.transactionId) return { ...open, earlier };
  const newest = earlier.at(-1);
  // Nothing has come under it: the charge may go on under the number before, which began at the same register.
  const isTwin = newest !== undefined && newest.lastWh >= newest.nextStartWh;
  if (!isTwin || open.register.creditedWh > 0) return null;
  return { ...open, transactionId: newest.transactionId, earlier: earlier.slice(0, -1) };
}

/** Stops for all numbers: which of them the charge point knows is known to it alone. */
export const stopCommands = ({ transactionId, earlier }: OpenTransaction): Command[] =>
  [transactionId, ...earlier.map((number) => number.transactionId)].map((id) => ({
    ...{ do: 'remoteStop', transactionId: id },
  }));
