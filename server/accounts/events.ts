import { type At, type EventHandlers, lowerAddress } from '../chain/events.ts';
import type { AccountMoveRow, UnitOfWork } from '../chain/unit-of-work.ts';

/** Stores deposits, withdrawals and relay fees: one row per movement of money. */
export const accountEvents: EventHandlers = {
  Deposited: (unit, at, { account, purse, amount, from }) =>
    putMove(unit, at, { kind: 'DEPOSIT', account, purse, listingId: null, amount, counterparty: from }),

  Withdrawn: (unit, at, { account, purse, amount, to }) =>
    putMove(unit, at, { kind: 'WITHDRAWAL', account, purse, listingId: null, amount, counterparty: to }),

  EarningsWithdrawn: (unit, at, { host, listingId, amount, to }) =>
    putMove(unit, at, {
      kind: 'EARNINGS_WITHDRAWAL',
      account: host,
      purse: null,
      listingId,
      amount,
      counterparty: to,
    }),

  RelayFeePaid: (unit, at, { relayer, amount }) =>
    putMove(unit, at, {
      kind: 'RELAY_FEE',
      account: relayer,
      purse: null,
      listingId: null,
      amount,
      counterparty: null,
    }),
};

type MoveOfEvent = Pick<AccountMoveRow, 'kind' | 'account' | 'purse' | 'listingId' | 'counterparty'> & {
  amount: bigint;
};

function putMove(unit: UnitOfWork, at: At, move: MoveOfEvent): void {
  unit.moves.push({
    ...move,
    account: lowerAddress(move.account),
    counterparty: move.counterparty === null ? null : lowerAddress(move.counterparty),
    amount: move.amount.toString(),
    fromBlock: at.block,
    logIndex: at.logIndex,
    movedAt: at.timestamp,
    tx: at.transactionHash,
  });
}
