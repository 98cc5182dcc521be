import type { SocketOptions } from '../../config/mqtt.ts';
import { valuesOf } from './messages.ts';
import { type SampledValue, SocketMeter } from './socket-meter.ts';

/** What a message of the device changed. */
export interface Report {
  /** The meter's values; undefined where the message has none, or its register is not a number. */
  sampled: SampledValue[] | undefined;
  /** A register that is not a number. */
  unreadable: string | undefined;
  /**
   * What became of the switch. `lostPower`: it is off after the device itself was away, so it had no mains; `pressed`: it is
   * off while the device was there the whole time, so a hand or the device's own protection switched it off.
   */
  turned: 'on' | 'off' | 'pressed' | 'lostPower' | undefined;
}

/** What a socket has reported last. */
export class SocketReports {
  readonly meter: SocketMeter;
  readonly #options: SocketOptions;
  #isAvailable: boolean;
  #isOn: boolean | undefined;
  /** The device restarted, and has not reported its switch since. */
  #isBack = false;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.meter = new SocketMeter(options.energy.unit);
    this.#isAvailable = options.availability === undefined;
  }

  /** Whether the device is connected, as far as that is reported. */
  get isAvailable(): boolean {
    return this.#isAvailable;
  }

  /** Undefined while nobody knows. */
  get isOn(): boolean | undefined {
    return this.#isOn;
  }

  /** The connection to the broker is gone, and its last will with it: the switch may have changed. */
  forgetSwitch(): void {
    this.#isOn = undefined;
  }

  receive(topic: string, text: string, isKept: boolean): Report {
    const { isHere, registerText, powerText, isOn } = valuesOf(this.#options, topic, text);
    if (isHere !== undefined) this.#setAvailable(isHere);
    // A device that reports is there, whatever the broker says of it: a will may come late, and a greeting get lost.
    else if (!isKept && (registerText ?? powerText ?? isOn) !== undefined) this.#isAvailable = true;
    const isMetered = registerText !== undefined || powerText !== undefined;
    const before = this.meter.registerWh;
    const sampled = isMetered ? this.meter.receive(registerText, powerText) : undefined;
    // A register that begins again: the device has restarted.
    if (before !== undefined && (this.meter.registerWh ?? before) < before) this.#isBack = true;
    const unreadable = isMetered && sampled === undefined ? registerText : undefined;
    return { sampled, unreadable, turned: isOn === undefined ? undefined : this.#turned(isOn) };
  }

  #setAvailable(isHere: boolean): void {
    // It says that it came, though nobody said that it had gone.
    if (isHere && this.#isAvailable) this.#isBack = true;
    if (!isHere) this.#isOn = undefined;
    this.#isAvailable = isHere;
  }

  #turned(isOn: boolean): Report['turned'] {
    const [wasOn, isBack] = [this.#isOn, this.#isBack];
    this.#isOn = isOn;
    this.#isBack = false;
    if (wasOn === isOn) return undefined;
    if (isOn) return 'on';
    if (wasOn !== true) return 'off';
    return isBack ? 'lostPower' : 'pressed';
  }
}
