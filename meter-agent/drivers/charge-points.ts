import type { Logger } from 'pino';
import type { Answer, ChargePointEvents, Driver, DriverMemory } from './driver.ts';

/** What a driver is given: the desk to report to, and what it finds again after a restart. */
export interface DriverParts {
  events: ChargePointEvents;
  memory: DriverMemory;
  log: Logger;
}

/** One way to reach devices, with the capabilities that its protocol has. What it cannot do is left out. */
export interface DeviceDriver extends Partial<Driver> {
  start(): Promise<unknown>;
  close(): Promise<void>;
  /** Whether this charge point is on one of its lines now. */
  serves(chargePointId: string): boolean;
}

/** Makes a driver when the agent starts; imports its code there, so that what nobody uses takes no memory. */
export type NewDriver = (parts: DriverParts) => DeviceDriver | Promise<DeviceDriver>;

/** All devices of an agent as one driver: each call goes to the driver on whose line the charge point is. */
export class ChargePoints implements Driver {
  readonly #parts: DriverParts;
  readonly #makers: readonly NewDriver[];
  #drivers: DeviceDriver[] = [];

  constructor(parts: DriverParts, makers: readonly NewDriver[]) {
    this.#parts = parts;
    this.#makers = makers;
  }

  async start(): Promise<void> {
    for (const make of this.#makers) {
      const driver = await make(this.#parts);
      this.#drivers.push(driver);
      await driver.start();
    }
  }

  async close(): Promise<void> {
    for (const driver of this.#drivers.splice(0)) await driver.close();
  }

  remoteStart(...args: Parameters<Driver['remoteStart']>): Promise<Answer> {
    return this.#ask(args[0], (driver) => driver.remoteStart?.(...args));
  }

  remoteStop(...args: Parameters<Driver['remoteStop']>): Promise<Answer> {
    return this.#ask(args[0], (driver) => driver.remoteStop?.(...args));
  }

  limitCurrent(...args: Parameters<Driver['limitCurrent']>): Promise<Answer> {
    return this.#ask(args[0], (driver) => driver.limitCurrent?.(...args));
  }

  readMeter(...args: Parameters<Driver['readMeter']>): Promise<Answer> {
    return this.#ask(args[0], (driver) => driver.readMeter?.(...args));
  }

  reserve(...args: Parameters<Driver['reserve']>): Promise<Answer> {
    return this.#ask(args[0], (driver) => driver.reserve?.(...args));
  }

  cancelReservation(...args: Parameters<Driver['cancelReservation']>): Promise<Answer> {
    return this.#ask(args[0], (driver) => driver.cancelReservation?.(...args));
  }

  unlock(...args: Parameters<Driver['unlock']>): Promise<Answer> {
    return this.#ask(args[0], (driver) => driver.unlock?.(...args));
  }

  reset(...args: Parameters<Driver['reset']>): Promise<Answer> {
    return this.#ask(args[0], (driver) => driver.reset?.(...args));
  }

  uploadDiagnostics(...args: Parameters<Driver['uploadDiagnostics']>): Promise<Answer> {
    return this.#ask(args[0], (driver) => driver.uploadDiagnostics?.(...args));
  }

  updateFirmware(...args: Parameters<Driver['updateFirmware']>): Promise<Answer> {
    return this.#ask(args[0], (driver) => driver.updateFirmware?.(...args));
  }

  /** A driver without the capability refuses; where no line is, nobody answers. */
  async #ask(
    chargePointId: string,
    call: (driver: DeviceDriver) => Promise<Answer> | undefined,
  ): Promise<Answer> {
    const driver = this.#drivers.find((candidate) => candidate.serves(chargePointId));
    return driver === undefined ? 'unreachable' : ((await call(driver)) ?? 'refused');
  }
}
