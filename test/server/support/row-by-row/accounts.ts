import type { Selectable } from 'kysely';
import { lowerAddress } from '../../../../server/chain/events.ts';
import type { Tables } from '../../../../server/db.ts';
import type { At, RowHandlers } from './at.ts';

type Move = Selectable<Tables['accountMoves']>;

/** Stores deposits, withdrawals and relay fees: one row per movement of money. */
export const accountEvents: RowHandlers = {
  Deposited: (at, { account, purse, amount, from }) =>
    putMove(at, { kind: 'DEPOSIT', account, purse, listingId: null, amount, counterparty: from }),

  Withdrawn: (at, { account, purse, amount, to }) =>
    putMove(at, { kind: 'WITHDRAWAL', account, purse, listingId: null, amount, counterparty: to }),

  EarningsWithdrawn: (at, { host, listingId, amount, to }) =>
    putMove(at, {
      kind: 'EARNINGS_WITHDRAWAL',
      account: host,
      purse: null,
      listingId,
      amount,
      counterparty: to,
    }),

  RelayFeePaid: (at, { relayer, amount }) =>
    putMove(at, {
      kind: 'RELAY_FEE',
      account: relayer,
      purse: null,
      listingId: null,
      amount,
      counterparty: null,
    }),
};

type MoveOfEvent = Pick<Move, 'kind' | 'account' | 'purse' | 'listingId' | 'counterparty'> & {
  amount: bigint;
};

async function putMove(at: At, move: MoveOfEvent): Promise<void> {
  await at.tx
    .insertInto('accountMoves')
    .values({
      ...move,
      account: lowerAddress(move.account),
      counterparty: move.counterparty === null ? null : lowerAddress(move.counterparty),
      amount: move.amount.toString(),
      fromBlock: at.block,
      logIndex: at.logIndex,
      movedAt: at.timestamp,
      tx: at.transactionHash,
    })
    .execute();
}
