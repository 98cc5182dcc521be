import { SessionRecords } from './session-records.ts';

/** Voltage, current, power and temperature of connectors, one line for each 10 s. */
export class MeasurementRecords extends SessionRecords {
  /** `measured`: JSON. Of a value that comes twice in the same 10 s, the first counts. */
  addMeasured(at: number, chargePointId: string, connectorId: number, measured: string): void {
    this.run(
      `INSERT INTO measurements VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET measured = json_patch(excluded.measured, measurements.measured)`,
      at,
      chargePointId,
      connectorId,
      measured,
    );
  }

  /** All lines of a connector from this time on, to before that one. */
  measured(chargePointId: string, connectorId: number, from: number, to: number) {
    return this.all(
      'SELECT at, measured FROM measurements WHERE at >= ? AND at < ? AND charge_point_id = ? AND connector_id = ? ORDER BY at',
      from,
      to,
      chargePointId,
      connectorId,
    ).map(({ at, measured }) => ({ at: Number(at), measured: String(measured) }));
  }

  dropMeasuredBefore(at: number): void {
    this.run('DELETE FROM measurements WHERE at < ?', at);
  }

  /** Average length of the newest lines, in bytes; 0 where there are none. */
  measuredLineBytes(): number {
    const row = this.get(
      'SELECT avg(length(measured) + length(charge_point_id)) AS bytes FROM (SELECT * FROM measurements ORDER BY at DESC LIMIT 1000)',
    );
    return Number(row?.bytes ?? 0);
  }

  /** Bytes of a session's readings with their signatures, and the hours that they span. */
  readingsOf(bookingId: string): { bytes: number; hours: number } {
    const row = this.get(
      `SELECT sum(length(reading) + coalesce(length(agent_signature), 0) + coalesce(length(session_signature), 0)) AS bytes,
         max(reading ->> 'endedAt') - min(reading ->> 'beganAt') AS sec
       FROM readings WHERE booking_id = ?`,
      bookingId,
    );
    return { bytes: Number(row?.bytes ?? 0), hours: Number(row?.sec ?? 0) / 3_600 };
  }

  /** Bytes of the journal that are in use; what was deleted is written again. */
  usedBytes(): number {
    const of = (name: string) => Number(Object.values(this.get(`PRAGMA ${name}`) ?? {})[0]);
    return (of('page_count') - of('freelist_count')) * of('page_size');
  }
}
