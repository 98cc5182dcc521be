import { idTagOf } from '../../protocol/idTag.ts';
import type { MeterRecordStruct } from '../../protocol/proof.ts';
import { meterTime, ocmf } from '../contracts/test-meter.ts';
import type { BookedSession } from './booked-session.ts';

export const tagOf = ({ fixture, made }: BookedSession): string =>
  idTagOf(fixture.market.ref, made.bookingId, made.secret);

/** A meter's record of a session, or of a host with his own key: one transaction from 1,000 kWh on. */
export const meterRecord = (
  session: BookedSession,
  energyWh: number,
  id = tagOf(session),
  meter = session.meter,
): MeterRecordStruct =>
  meter.sign(
    ocmf(id, 7, [
      { TM: meterTime(session.times.start), TX: 'B', RV: 1_000_000, RU: 'Wh' },
      { TM: meterTime(session.times.end), TX: 'E', RV: 1_000_000 + energyWh, RU: 'Wh' },
    ]),
  );
