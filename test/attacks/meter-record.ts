import { idTagOf } from '../../protocol/idTag.ts';
import type { MeterRecordStruct } from '../../protocol/proof.ts';
import { meterTime, ocmf } from '../contracts/test-meter.ts';
import type { Visit } from './booked-session.ts';

export const tagOf = ({ scene, made }: Visit): string =>
  idTagOf(scene.market.ref, made.bookingId, made.secret);

/** What a meter signs of a visit, or a host whose "meter" is a key of his own: one transaction from 1,000 kWh on. */
export const record = (v: Visit, energyWh: number, id = tagOf(v), meter = v.meter): MeterRecordStruct =>
  meter.sign(
    ocmf(id, 7, [
      { TM: meterTime(v.times.start), TX: 'B', RV: 1_000_000, RU: 'Wh' },
      { TM: meterTime(v.times.end), TX: 'E', RV: 1_000_000 + energyWh, RU: 'Wh' },
    ]),
  );
