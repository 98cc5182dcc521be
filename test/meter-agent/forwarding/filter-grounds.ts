import type { Grounds } from '../../../meter-agent/forwarding/command-filter.ts';
import { TransactionIds } from '../../../meter-agent/forwarding/transaction-ids.ts';

/** A store that forgets with its test. */
export function memory() {
  const notes = new Map<string, unknown>();
  return {
    note: <T>(key: string) => notes.get(key) as T | undefined,
    setNote: (key: string, value: unknown) => void notes.set(key, value),
    transaction: () => undefined,
    transactionNamed: () => undefined,
  };
}

/** What a filter decides by, with bookings on these connectors. */
export const groundsOf = (protocol: string, booked: readonly number[] = []): Grounds => {
  const store = memory();
  const isBooked = (_id: string, connectorId: number) =>
    connectorId === 0 ? booked.length > 0 : booked.includes(connectorId);
  return {
    chargePointId: 'CP1',
    protocol,
    localAuthorization: { isBooked, isOwnReservation: () => false, mayAllow: () => true },
    memory: store,
    ids: new TransactionIds(store, 'CP1'),
  };
};
