import { type ShownParts, ShownPhases } from '../drivers/phases.ts';
import type { Journal, StoredTransaction } from '../journal/journal.ts';

/** Transactions of a connector of which it is kept: values of the one before may still arrive. */
const KEPT = 4;

type Notes = Pick<Journal, 'note' | 'setNote'>;
type Shown = Pick<StoredTransaction, 'id' | 'chargePointId' | 'connectorId'>;

/** By transaction number, the newest last. */
type Kept = readonly (readonly [transactionId: number, parts: ShownParts])[];

/** A note for each connector: what one connector shows is neither read nor written with the values of another. */
const noteOf = ({ chargePointId, connectorId }: Shown): string =>
  `meter.phases ${chargePointId}/${connectorId}`;

const keptOf = (journal: Notes, transaction: Shown): Kept => journal.note<Kept>(noteOf(transaction)) ?? [];

/** What the transaction has shown so far, also before a restart of the agent. */
export function shownPhasesOf(journal: Notes, transaction: Shown): ShownPhases {
  const [, parts] = keptOf(journal, transaction).find(([id]) => id === transaction.id) ?? [];
  return new ShownPhases(parts);
}

/** Stores what was shown for the first time; the oldest transactions of the connector are dropped. */
export function keepShownPhases(journal: Notes, transaction: Shown, { changed }: ShownPhases): void {
  if (changed === undefined) return;
  const others = keptOf(journal, transaction).filter(([id]) => id !== transaction.id);
  const all: Kept = [...others, [transaction.id, changed]];
  journal.setNote(noteOf(transaction), all.toSorted(([a], [b]) => a - b).slice(-KEPT));
}
