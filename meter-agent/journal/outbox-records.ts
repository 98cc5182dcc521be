import { Database } from './database.ts';

/** A message of a charge point that the other central system has not answered yet, as stored. */
export interface StoredMessage {
  id: number;
  action: string;
  /** The call's parameters as JSON, as the charge point sent them. */
  text: string;
  /** Of a StartTransaction: the number that this agent gave the transaction. */
  ownTransactionId: number | null;
}

export interface OutboxStore {
  addMessage(chargePointId: string, message: Omit<StoredMessage, 'id'>): number;
  messages(chargePointId: string): StoredMessage[];
  dropMessage(id: number): void;
  /** Drops messages of charge points that are not forwarded any more. */
  dropMessagesExceptOf(chargePointIds: readonly string[]): void;
  /** Resolves when all of it is on disk. */
  written(): Promise<void>;
}

/** Messages that wait for another central system, in the order in which the charge point sent them. */
export class OutboxRecords extends Database implements OutboxStore {
  addMessage(chargePointId: string, { action, text, ownTransactionId }: Omit<StoredMessage, 'id'>): number {
    const { lastInsertRowid } = this.run(
      'INSERT INTO outbox (charge_point_id, action, params, transaction_id) VALUES (?, ?, ?, ?)',
      chargePointId,
      action,
      text,
      ownTransactionId,
    );
    return Number(lastInsertRowid);
  }

  messages(chargePointId: string): StoredMessage[] {
    return this.all('SELECT * FROM outbox WHERE charge_point_id = ? ORDER BY id', chargePointId).map(
      (row) => ({
        id: Number(row.id),
        action: String(row.action),
        text: String(row.params),
        ownTransactionId: row.transaction_id as number | null,
      }),
    );
  }

  dropMessage(id: number): void {
    this.run('DELETE FROM outbox WHERE id = ?', id);
  }

  dropMessagesExceptOf(chargePointIds: readonly string[]): void {
    this.run(
      'DELETE FROM outbox WHERE charge_point_id NOT IN (SELECT value FROM json_each(?))',
      JSON.stringify(chargePointIds),
    );
  }
}
