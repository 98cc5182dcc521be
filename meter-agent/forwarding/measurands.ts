import type { DriverMemory } from '../drivers/driver.ts';

/** Measurands of OCPP are short words with dots; a list of more is no list of them. */
const MEASURAND = /^[A-Za-z][A-Za-z0-9.-]{0,59}$/;
const MAX_MEASURANDS = 60;

/** Settings whose values are lists of measurands, by their names in OCPP 1.6 and 2.x. */
export const MEASURAND_LISTS = [
  'MeterValuesSampledData',
  'StopTxnSampledData',
  'SampledDataCtrlr.TxStartedMeasurands',
  'SampledDataCtrlr.TxUpdatedMeasurands',
  'SampledDataCtrlr.TxEndedMeasurands',
  // The agent's only where it has set them in place of refused samples.
  'MeterValuesAlignedData',
  'AlignedDataCtrlr.Measurands',
] as const;

export const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

export const isListOfMeasurands = (words: readonly string[]): boolean =>
  words.length > 0 && words.length <= MAX_MEASURANDS && words.every((word) => MEASURAND.test(word));

/** Words of `others` that are not in `own`. */
export function missingIn(own: readonly string[], others: readonly string[]): string[] {
  const known = new Set(own.map((word) => word.toLowerCase()));
  return others.filter((word) => !known.has(word.toLowerCase()));
}

/** The measurands that another central system asked for, by setting: kept over restarts of charge point and agent. */
export class OtherMeasurands {
  readonly #memory: DriverMemory;
  readonly #note: string;

  constructor(memory: DriverMemory, chargePointId: string) {
    this.#memory = memory;
    this.#note = `forwarding.measurands ${chargePointId}`;
  }

  of(setting: string): string[] {
    const kept = this.#kept();
    return Object.hasOwn(kept, setting) ? (kept[setting] ?? []) : [];
  }

  keep(setting: string, measurands: string[]): void {
    this.#memory.setNote(this.#note, { ...this.#kept(), [setting]: measurands });
  }

  /** The agent's own list with the others behind it. */
  united(setting: string, own: string): string {
    const words = listOf(own);
    return [...words, ...missingIn(words, this.of(setting))].join(',');
  }

  #kept(): Record<string, string[]> {
    return this.#memory.note<Record<string, string[]>>(this.#note) ?? {};
  }
}
