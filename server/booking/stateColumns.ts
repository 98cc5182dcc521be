import type { SettlementStatus } from '../../protocol/api.ts';
import { type BookingStateStruct, type StateName, stateName } from '../../protocol/state.ts';
import { wordHex } from '../chain/events.ts';

const SETTLEMENT_STATUS: Readonly<Record<StateName, SettlementStatus>> = {
  RESERVED: 'NONE',
  ARRIVED: 'NONE',
  CLAIMED: 'CLAIMED',
  CLAIMED_ALONE: 'CLAIMED',
  NO_SHOW_CLAIMED: 'CLAIMED',
  CONTESTED: 'CLAIMED',
  CHALLENGED: 'CHALLENGED',
};

/** The columns of an open booking that follow from its state. */
export function stateColumns(state: BookingStateStruct) {
  const name = stateName(state);
  return {
    settlementStatus: SETTLEMENT_STATUS[name],
    contested: name === 'CONTESTED' ? 1 : 0,
    stateHead: wordHex(state.head),
    stateClaim: wordHex(state.claim),
  };
}
