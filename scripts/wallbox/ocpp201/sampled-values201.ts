import type { KeyObject } from 'node:crypto';
import type { WallboxOptions } from '../options.ts';
import { FIRMWARE, type MeterDisplay, type Transaction } from '../protocol.ts';
import { publicKeyHex, type RecordReading, signedRecord } from '../record.ts';

const measurand = 'Energy.Active.Import.Register';

/** A sampled value of the register: whole Wh, or kWh with the float noise of real wallboxes (0.15002000000000001). */
export function energyValue({ registerWh, exactWh, inKwh }: MeterDisplay, context: string) {
  const [value, unit] = inKwh ? [exactWh / 1000, 'kWh'] : [registerWh, 'Wh'];
  return { value, context, measurand, unitOfMeasure: { unit } };
}

export const powerValue = ({ powerW }: MeterDisplay, context: string) => ({
  value: Math.round(powerW),
  context,
  measurand: 'Power.Active.Import',
  unitOfMeasure: { unit: 'W' },
});

/** A record signed by the meter, with the register that it signs. */
export function signedValue(
  key: KeyObject,
  { id: serial, 'ocmf-version': formatVersion }: Pick<WallboxOptions, 'id' | 'ocmf-version'>,
  { idTag, pagination }: Transaction,
  readings: RecordReading[],
  context: string,
) {
  const facts = { serial, firmware: FIRMWARE, pagination, idTag, readings, formatVersion };
  const record = signedRecord(key, facts);
  return {
    value: readings.at(-1)?.registerWh ?? 0,
    context,
    measurand,
    unitOfMeasure: { unit: 'Wh' },
    signedMeterValue: {
      signedMeterData: Buffer.from(record).toString('base64'),
      signingMethod: 'ECDSA-secp256r1-SHA256',
      encodingMethod: 'OCMF',
      publicKey: Buffer.from(`oca:base16:asn1:${publicKeyHex(key)}`).toString('base64'),
    },
  };
}
