import type { MarketEventArgs, MarketEventName } from '../../../../protocol/ledger/events.ts';
import type { At as Position, Touched } from '../../../../server/chain/events.ts';
import type { Tx } from '../../../../server/db.ts';

/** An event's position on the ledger, and the transaction that its changes belong to. */
export interface At extends Position {
  tx: Tx;
  touched: Touched;
}

export type RowHandlers = {
  [Name in MarketEventName]?: (at: At, args: MarketEventArgs<Name>) => Promise<void>;
};
