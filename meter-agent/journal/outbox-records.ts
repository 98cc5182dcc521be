import type { KeptLetter, LetterStore } from '../forwarding/outbox.ts';
import { Database } from './database.ts';

/** What waits for another central system, in the order in which the box said it. */
export class LetterRecords extends Database implements LetterStore {
  addLetter(chargePointId: string, { action, text, ours }: Omit<KeptLetter, 'id'>): number {
    const { lastInsertRowid } = this.run(
      'INSERT INTO letters (charge_point_id, action, params, transaction_id) VALUES (?, ?, ?, ?)',
      chargePointId,
      action,
      text,
      ours,
    );
    return Number(lastInsertRowid);
  }

  letters(chargePointId: string): KeptLetter[] {
    return this.all('SELECT * FROM letters WHERE charge_point_id = ? ORDER BY id', chargePointId).map(
      (row) => ({
        id: Number(row.id),
        action: String(row.action),
        text: String(row.params),
        ours: row.transaction_id as number | null,
      }),
    );
  }

  dropLetter(id: number): void {
    this.run('DELETE FROM letters WHERE id = ?', id);
  }

  dropLettersExceptOf(chargePointIds: readonly string[]): void {
    this.run(
      'DELETE FROM letters WHERE charge_point_id NOT IN (SELECT value FROM json_each(?))',
      JSON.stringify(chargePointIds),
    );
  }
}
