/** Where a charge point itself puts a value among its others. */
export interface OwnPosition {
  /** By its clock, unix seconds; null where the clock shows no usable time. */
  ownAt: number | null;
  /** By the number of its message in the transaction (OCPP 2); null where it has none. */
  seqNo: number | null;
  /** Its clock is ahead of the agent's: a time that it wrote before it is set may look newer than it is. */
  isAhead: boolean;
}

/** The newest counted position of a transaction, and whether clock and numbers show an order. */
export interface OwnOrder {
  ownAt: number | null;
  isClockWrong: boolean;
  seqNo: number | null;
  /** `unproven` until the numbers rose once, because many stations always send 0. */
  numbering: 'unproven' | 'rising' | 'broken';
}

export type Order = 'older' | 'newer' | 'unknown';

/** Before OCPP 2 existed: a clock that shows less has not been set. */
const EARLIEST_SEC = 1_514_764_800;
/** How far a clock may be ahead of the agent's by the time on the way and rounding. */
const AHEAD_SEC = 2;

/** Nothing is known of the charge point's own order. */
export const NO_ORDER: OwnOrder = { ownAt: null, isClockWrong: false, seqNo: null, numbering: 'unproven' };

/** The position of a message that arrived at `at` on our clock. All times are unix seconds. */
export function positionOf(message: {
  at: number;
  chargePointAt: number | null;
  seqNo?: number | null | undefined;
}): OwnPosition {
  const { at, chargePointAt, seqNo = null } = message;
  const isSet = chargePointAt !== null && chargePointAt >= EARLIEST_SEC;
  const isAhead = isSet && chargePointAt > at + AHEAD_SEC;
  return { ownAt: isSet && !isAhead ? chargePointAt : null, seqNo, isAhead };
}

export const firstOrder = ({ ownAt, seqNo, isAhead }: OwnPosition): OwnOrder => ({
  ...{ ownAt, isClockWrong: isAhead, seqNo, numbering: 'unproven' },
});

const compared = (value: number | null, newest: number | null): Order => {
  if (value === null || newest === null || value === newest) return 'unknown';
  return value < newest ? 'older' : 'newer';
};

const byClock = (order: OwnOrder, { ownAt, isAhead }: OwnPosition): Order =>
  order.isClockWrong || isAhead ? 'unknown' : compared(ownAt, order.ownAt);

const byNumber = (order: OwnOrder, { seqNo }: OwnPosition): Order =>
  order.numbering === 'rising' ? compared(seqNo, order.seqNo) : 'unknown';

/**
 * A value that either clock or number puts before the newest counted one is older. Newer it is by its clock alone:
 * stations may number messages when they are sent.
 */
export const orderOf = (order: OwnOrder, position: OwnPosition): Order =>
  byNumber(order, position) === 'older' ? 'older' : byClock(order, position);

/** A clock that ran ahead once shows no order for the rest of the transaction. */
export const withClockSeen = (order: OwnOrder, { isAhead }: OwnPosition): OwnOrder =>
  isAhead && !order.isClockWrong ? { ...order, isClockWrong: true } : order;

/**
 * The order after this value was counted as a rise of the register. Energy only grows: a clock or a number that calls
 * the rise older was set back, and shows no order any more.
 */
export function advanced(order: OwnOrder, position: OwnPosition): OwnOrder {
  const hasRisen = order.seqNo !== null && position.seqNo !== null && position.seqNo > order.seqNo;
  const numbering = hasRisen && order.numbering === 'unproven' ? 'rising' : order.numbering;
  return {
    ownAt: position.ownAt,
    isClockWrong: order.isClockWrong || position.isAhead || byClock(order, position) === 'older',
    seqNo: position.seqNo,
    numbering: byNumber(order, position) === 'older' ? 'broken' : numbering,
  };
}
