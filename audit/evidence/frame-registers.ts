import { z } from 'zod';
import type { Frame } from './bundle-line.ts';

/** Charge points write null or an empty text for what they leave out. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === null || value === '' ? undefined : value), schema.optional());

const sample = z.looseObject({
  value: z.union([z.string(), z.number()]),
  measurand: optional(z.string()),
  format: optional(z.string()),
  phase: optional(z.string()),
  unit: optional(z.string()),
  unitOfMeasure: optional(z.looseObject({ unit: optional(z.string()), multiplier: optional(z.int()) })),
  signedMeterValue: optional(z.looseObject({ signedMeterData: z.string() })),
});
type Sample = z.infer<typeof sample>;

/** One value in place of a list is a list of one. */
const listOf = <T extends z.ZodType>(schema: T) =>
  z.preprocess(
    (value) => (typeof value === 'object' && !Array.isArray(value) ? [value] : value),
    z.array(schema),
  );

const meterValues = optional(listOf(z.looseObject({ sampledValue: listOf(sample) })));

/** The calls of OCPP 1.6 and 2 that show a register. */
const payload = z.looseObject({
  meterStart: optional(z.number()),
  meterStop: optional(z.number()),
  eventType: optional(z.string()),
  meterValue: meterValues,
  transactionData: meterValues,
});
type Payload = z.infer<typeof payload>;

const WITH_REGISTERS = new Set(['StartTransaction', 'MeterValues', 'StopTransaction', 'TransactionEvent']);

const ENERGY = 'Energy.Active.Import.Register';
const THOUSANDTHS: Readonly<Record<string, number>> = { Wh: 3, kWh: 6 };

/** Registers are in thousandths of a Wh. What a whole Wh rounds away is less than one, at begin and end. */
const ROUNDING = 2_000;

/** Calls as OCPP names them; a socket's own messages are of its maker's form. */
const OCPP_ACTION = /^[A-Z][A-Za-z]+$/;

const unitOf = ({ unit, unitOfMeasure }: Sample): string | undefined => unit ?? unitOfMeasure?.unit;

/**
 * Thousandths of a Wh; what is smaller is cut off. A whole number without a unit is in Wh, as OCPP says. Undefined for what is
 * no number, and for a fraction without a unit: whether that is Wh or kWh follows from more than one frame.
 */
function thousandthsOf(sample: Sample): number | undefined {
  const number = Number(sample.value);
  const decimals = THOUSANDTHS[unitOf(sample) ?? (Number.isInteger(number) ? 'Wh' : '')];
  if (decimals === undefined || !Number.isFinite(number) || number < 0) return undefined;
  return Math.floor(number * 10 ** (decimals + (sample.unitOfMeasure?.multiplier ?? 0)) + 1e-6);
}

/** Texts of signed meter values in a call, as the charge point sent them. */
export function signedValuesIn([, , , params]: Frame): string[] {
  const samples = samplesIn(payload.safeParse(params).data ?? {});
  return samples.flat().flatMap(({ format, value, signedMeterValue }) => {
    if (signedMeterValue !== undefined) return [JSON.stringify(signedMeterValue)];
    return format === 'SignedData' ? [String(value)] : [];
  });
}

const samplesIn = ({ meterValue = [], transactionData = [] }: Payload): Sample[][] =>
  [...meterValue, ...transactionData].map(({ sampledValue }) => sampledValue);

/** Follows the register that the frames of a session show, and how much it rose at most. */
export class FrameRegisters {
  /** Thousandths of a Wh. */
  #last: number | undefined;
  #risen = 0;
  #isRunning = false;
  #bases = 0;
  readonly #begins = new Set<number>();
  readonly #values = new Set<number>();
  #isClear = true;
  #hasUnits = true;

  take([, , action, params]: Frame): void {
    if (!OCPP_ACTION.test(action)) this.#isClear = false;
    if (!WITH_REGISTERS.has(action)) return;
    const { data } = payload.safeParse(params);
    // Some charge points write names of their own, which the agent knows and this audit does not.
    if (data === undefined || (action === 'MeterValues' && data.meterValue === undefined)) {
      this.#isClear = false;
      return;
    }
    const { meterStart, meterStop, eventType } = data;
    if (action === 'StartTransaction' || eventType === 'Started') this.#start(meterStart);
    for (const samples of samplesIn(data)) this.#takeSamples(samples);
    if (meterStop !== undefined) this.#see(meterStop * 1_000);
    if (action === 'StopTransaction' || eventType === 'Ended') this.#isRunning = false;
  }

  /** Whether each register can be read, from the start of a transaction on. */
  get isClear(): boolean {
    return this.#isClear && this.#bases > 0;
  }

  /** The same of each register on the way: only the end of a transaction is in Wh for certain. */
  get isClearBetween(): boolean {
    return this.isClear && this.#hasUnits;
  }

  /** Wh that the register can have counted at most, up to here. */
  get mostWh(): number {
    return Math.floor((this.#risen + ROUNDING * this.#bases) / 1_000);
  }

  /** Registers in whole Wh at which the session can have begun and ended. */
  get begins(): number[] {
    return [...this.#begins];
  }
  get values(): number[] {
    return [...this.#values].reverse();
  }

  #start(meterStartWh: number | undefined): void {
    const isOther = !this.#isRunning;
    this.#isRunning = true;
    this.#bases++;
    if (meterStartWh === undefined) {
      if (isOther) this.#last = undefined;
      return;
    }
    if (isOther) this.#last = undefined;
    this.#see(meterStartWh * 1_000);
  }

  #takeSamples(samples: readonly Sample[]): void {
    const energies = samples.filter(
      ({ measurand = ENERGY, format }) => measurand === ENERGY && format !== 'SignedData',
    );
    if (energies.length === 0) return;
    const totals = energies.filter(({ phase }) => phase === undefined);
    const counted = totals.length > 0 ? totals.slice(-1) : energies;
    const values = counted.map(thousandthsOf);
    if (counted.some((each) => unitOf(each) === undefined)) this.#hasUnits = false;
    if (this.#bases === 0 || values.some((value) => value === undefined)) this.#isClear = false;
    const sum = values.reduce<number>((total, value) => total + (value ?? 0), 0);
    if (values.every((value) => value !== undefined)) this.#see(sum);
  }

  #see(value: number): void {
    const whole = Math.floor(value / 1_000);
    if (this.#last === undefined) {
      this.#begins.add(whole);
    } else {
      const isFromZero = 2 * value <= this.#last;
      this.#risen += value >= this.#last ? value - this.#last : isFromZero ? value : 0;
      if (value < this.#last) this.#begins.add(whole);
    }
    this.#values.add(whole);
    this.#last = value;
  }
}
