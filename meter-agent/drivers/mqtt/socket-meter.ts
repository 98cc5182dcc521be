import type { SocketOptions } from '../../config/mqtt.ts';
import { energyWhOf } from './messages.ts';

/** Below this nothing charges: it is what a charger draws without its car. */
const IDLE_W = 5;

/** A value of a meter in the words of OCPP. */
export interface SampledValue {
  value: string;
  unit: 'Wh' | 'W';
  measurand: 'Energy.Active.Import.Register' | 'Power.Active.Import';
}

/** The newest values of a socket's meter. */
export class SocketMeter {
  readonly #unit: SocketOptions['energy']['unit'];
  #registerText: string | undefined;
  #powerText: string | undefined;

  constructor(unit: SocketOptions['energy']['unit']) {
    this.#unit = unit;
  }

  /** As in the message; undefined before the first one. */
  get registerText(): string | undefined {
    return this.#registerText;
  }

  get registerWh(): number | undefined {
    return this.#registerText === undefined ? undefined : energyWhOf(this.#registerText, this.#unit);
  }

  get isIdle(): boolean {
    return this.#powerText !== undefined && Number(this.#powerText) < IDLE_W;
  }

  /** The values of a message; undefined where its register is not a number: then nothing of it is kept. */
  receive(registerText: string | undefined, powerText: string | undefined): SampledValue[] | undefined {
    const registerWh = registerText === undefined ? undefined : energyWhOf(registerText, this.#unit);
    if (registerText !== undefined && registerWh === undefined) return undefined;
    this.#registerText = registerText ?? this.#registerText;
    this.#powerText = powerText ?? this.#powerText;
    const sampled: SampledValue[] = [];
    if (registerWh !== undefined)
      sampled.push({ value: String(registerWh), unit: 'Wh', measurand: 'Energy.Active.Import.Register' });
    if (powerText !== undefined)
      sampled.push({ value: powerText, unit: 'W', measurand: 'Power.Active.Import' });
    return sampled;
  }
}
