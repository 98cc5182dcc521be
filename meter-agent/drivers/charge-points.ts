import type { Answer, ChargePointConnection, Driver, DriverParts, NewDriver } from './driver.ts';

/** The charge points of all drivers: each command goes to the connection of its charge point. */
export class ChargePoints {
  readonly #drivers: Driver[] = [];

  async start(newDrivers: readonly NewDriver[], parts: DriverParts): Promise<void> {
    for (const newDriver of newDrivers) {
      const driver = await newDriver(parts);
      this.#drivers.push(driver);
      await driver.start();
    }
  }

  async close(): Promise<void> {
    for (const driver of this.#drivers.splice(0)) await driver.close();
  }

  /** `unreachable` while the charge point is not connected, `refused` where it does not have the command. */
  async command(
    chargePointId: string,
    give: (connection: ChargePointConnection) => Promise<Answer> | undefined,
  ): Promise<Answer> {
    const connection = this.#connectionOf(chargePointId);
    return connection === undefined ? 'unreachable' : ((await give(connection)) ?? 'refused');
  }

  #connectionOf(chargePointId: string): ChargePointConnection | undefined {
    for (const driver of this.#drivers) {
      const connection = driver.connectionOf(chargePointId);
      if (connection !== undefined) return connection;
    }
    return undefined;
  }
}
