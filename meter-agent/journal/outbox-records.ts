import type { OutboxStore, StoredMessage } from '../forwarding/outbox.ts';
import { Database } from './database.ts';

/** What waits for another central system, in the order in which the box said it. */
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
