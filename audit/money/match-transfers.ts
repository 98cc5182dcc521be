import { type Address, type Hex, isAddressEqual } from 'viem';
import type { TokenTransfer } from '../ledger/read-ledger.ts';
import type { EventOf, LedgerEvent } from '../rules/events.ts';

/** An event that says that tokens moved, and how. */
export interface Movement {
  event: EventOf<'Deposited'> | EventOf<'Withdrawn'> | EventOf<'EarningsWithdrawn'>;
  isDeposit: boolean;
  /** Whom the event names as sender of a deposit, or as receiver of a withdrawal. */
  party: Address;
  /** Token units. */
  units: bigint;
}

/** Transfers and events of a market, each with the one other that explains it. */
export interface Matching {
  matched: { movement: Movement; transfer: TokenTransfer }[];
  /** A transfer of the right direction in the right transaction, with another party or other units. */
  unlike: { movement: Movement; transfer: TokenTransfer }[];
  /** Events without any transfer. */
  unmoved: Movement[];
  /** Transfers to the market and from it without any event. */
  uncredited: TokenTransfer[];
  unexplained: TokenTransfer[];
}

/** Finds for each event of money the transfer that it reports, in the same transaction; no transfer counts twice. */
export function matchTransfers(
  market: Address,
  events: readonly LedgerEvent[],
  transfers: readonly TokenTransfer[],
): Matching {
  const found: Matching = { matched: [], unlike: [], unmoved: [], uncredited: [], unexplained: [] };
  const [into, out] = [new Pool(), new Pool()];
  for (const transfer of transfers) {
    if (isAddressEqual(transfer.from, market)) out.add(transfer);
    else if (isAddressEqual(transfer.to, market)) into.add(transfer);
  }
  const movements = movementsOf(events);
  const rest = movements.filter((movement) => {
    const pool = movement.isDeposit ? into : out;
    const transfer = pool.take(movement.event.tx, (each) => isReported(movement, each));
    if (transfer !== undefined) found.matched.push({ movement, transfer });
    return transfer === undefined;
  });
  for (const movement of rest) {
    const transfer = (movement.isDeposit ? into : out).take(movement.event.tx, () => true);
    if (transfer === undefined) found.unmoved.push(movement);
    else found.unlike.push({ movement, transfer });
  }
  found.uncredited = into.rest();
  found.unexplained = out.rest();
  return found;
}

function isReported({ isDeposit, party, units }: Movement, { from, to, value }: TokenTransfer): boolean {
  return units === value && isAddressEqual(party, isDeposit ? from : to);
}

/** What events say of tokens. A relayer's fee is logged right before its withdrawal, and stays in the market. */
export function movementsOf(events: readonly LedgerEvent[]): Movement[] {
  const movements: Movement[] = [];
  for (const [index, event] of events.entries()) {
    if (event.eventName === 'Deposited') {
      const { from, amount } = event.args;
      movements.push({ event, isDeposit: true, party: from, units: amount });
    }
    if (event.eventName === 'Withdrawn' || event.eventName === 'EarningsWithdrawn') {
      const before = events[index - 1];
      const isRelayed = before?.eventName === 'RelayFeePaid' && before.tx === event.tx;
      const fee = isRelayed ? before.args.amount : 0n;
      const { to, amount } = event.args;
      movements.push({ event, isDeposit: false, party: to, units: amount - fee });
    }
  }
  return movements;
}

/** Transfers by transaction, each of which can be taken once. */
class Pool {
  readonly #byTx = new Map<Hex, TokenTransfer[]>();

  add(transfer: TokenTransfer): void {
    const same = this.#byTx.get(transfer.tx);
    if (same === undefined) this.#byTx.set(transfer.tx, [transfer]);
    else same.push(transfer);
  }

  take(tx: Hex, fits: (transfer: TokenTransfer) => boolean): TokenTransfer | undefined {
    const same = this.#byTx.get(tx) ?? [];
    const at = same.findIndex(fits);
    return at === -1 ? undefined : same.splice(at, 1)[0];
  }

  rest(): TokenTransfer[] {
    return [...this.#byTx.values()].flat();
  }
}
