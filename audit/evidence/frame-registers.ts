import { z } from 'zod';
import type { Frame } from './bundle-line.ts';

const sample = z.looseObject({
  value: z.union([z.string(), z.number()]),
  measurand: z.string().optional(),
  context: z.string().optional(),
  format: z.string().optional(),
  phase: z.string().optional(),
  unit: z.string().optional(),
  unitOfMeasure: z.looseObject({ unit: z.string().optional(), multiplier: z.int().optional() }).optional(),
  signedMeterValue: z.looseObject({ signedMeterData: z.string() }).optional(),
});
type Sample = z.infer<typeof sample>;

const meterValues = z.array(z.looseObject({ sampledValue: z.array(z.unknown()) }));

/** The calls of OCPP 1.6 and 2 that show a register. */
const payload = z.looseObject({
  meterStart: z.number().optional(),
  meterStop: z.number().optional(),
  eventType: z.string().optional(),
  meterValue: meterValues.optional().catch(undefined),
  transactionData: meterValues.optional().catch(undefined),
});

const ENERGY = 'Energy.Active.Import.Register';
const THOUSANDTHS: Readonly<Record<string, number>> = { Wh: 3, kWh: 6 };

/** Registers are in thousandths of a Wh. What a whole Wh rounds away is less than one, at begin and end. */
const ROUNDING = 2_000;

/**
 * Thousandths of a Wh; what is smaller is cut off. Undefined for what is no number, and where the unit is missing: whether it
 * is Wh or kWh then follows from more than one frame.
 */
function thousandthsOf({ value, unit, unitOfMeasure }: Sample): number | undefined {
  const decimals = THOUSANDTHS[unit ?? unitOfMeasure?.unit ?? ''];
  const number = Number(value);
  if (decimals === undefined || !Number.isFinite(number) || number < 0) return undefined;
  return Math.floor(number * 10 ** (decimals + (unitOfMeasure?.multiplier ?? 0)) + 1e-6);
}

/** Texts of signed meter values in a call, as the charge point sent them. */
export function signedValuesIn([, , , params]: Frame): string[] {
  return samplesIn(params).flatMap((samples) =>
    samples.flatMap(({ format, value, signedMeterValue }) => {
      if (signedMeterValue !== undefined) return [JSON.stringify(signedMeterValue)];
      return format === 'SignedData' ? [String(value)] : [];
    }),
  );
}

function samplesIn(params: unknown): Sample[][] {
  const { meterValue = [], transactionData = [] } = payload.safeParse(params).data ?? {};
  return [...meterValue, ...transactionData].map(({ sampledValue }) =>
    sampledValue.flatMap((each) => sample.safeParse(each).data ?? []),
  );
}

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

  take([, , action, params]: Frame): void {
    const { meterStart, meterStop, eventType } = payload.safeParse(params).data ?? {};
    const isStart = action === 'StartTransaction' || eventType === 'Started';
    if (isStart) this.#start(meterStart);
    for (const samples of samplesIn(params)) this.#takeSamples(samples);
    if (meterStop !== undefined) this.#see(meterStop * 1_000);
    if (action === 'StopTransaction' || eventType === 'Ended') this.#isRunning = false;
  }

  /** Whether each register stands there with its unit, from the start on. */
  get isClear(): boolean {
    return this.#isClear;
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
