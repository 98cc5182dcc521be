import type { KeyObject } from 'node:crypto';
import type { Meter } from './meter.ts';
import type { WallboxOptions } from './options.ts';
import { publicKeyHex, type RecordReading } from './record.ts';
import type { Settings } from './settings.ts';
import type { ChargePointSocket } from './socket.ts';
import { energyValue, FIRMWARE, powerValues, signedSample, type Transaction } from './transaction.ts';

const CONNECTOR = 1;

export interface ReporterParts {
  options: WallboxOptions;
  key: KeyObject;
  meter: Meter;
  settings: Settings;
  socket: ChargePointSocket;
}

/** What the box tells its Central System: each message of OCPP 1.6 that it sends is built here. */
export class Reporter {
  readonly #parts: ReporterParts;

  constructor(parts: ReporterParts) {
    this.#parts = parts;
  }

  /** True once the Central System took the box. */
  async boot(): Promise<boolean> {
    const { options, settings, socket } = this.#parts;
    const answer = await socket.call('BootNotification', {
      chargePointVendor: 'Plugpact',
      chargePointModel: 'Simulated Wallbox',
      chargePointSerialNumber: options.id.slice(0, 25),
      firmwareVersion: FIRMWARE,
      meterType: 'Simulated Meter',
    });
    if (answer?.status !== 'Accepted') return false;
    if (Number(answer.interval) > 0) settings.change('HeartbeatInterval', String(answer.interval));
    return true;
  }

  heartbeat(): void {
    void this.#parts.socket.call('Heartbeat', {});
  }

  status(status: string, errorCode: string): void {
    const params = { connectorId: CONNECTOR, status, errorCode, timestamp: new Date().toISOString() };
    if (this.#parts.socket.isOpen)
      this.#parts.socket.deliver(
        'StatusNotification',
        () => params,
        () => {},
      );
  }

  /** Ends what a power cut left open, with the register of then. */
  endAfterPowerCut(): void {
    const { meter, socket } = this.#parts;
    if (meter.open === null) return;
    const timestamp = new Date().toISOString();
    const params = { ...meter.open, meterStop: meter.registerWh, timestamp, reason: 'PowerLoss' };
    meter.setOpen(null);
    socket.deliver(
      'StopTransaction',
      () => params,
      () => {},
    );
  }

  /** `onAnswer` hears whether the tag may charge; the transaction has its number then. */
  started(transaction: Transaction, onAnswer: (accepted: boolean) => void): void {
    const { begin, idTag } = transaction;
    const timestamp = begin.at.toISOString();
    const params = { connectorId: CONNECTOR, idTag, meterStart: begin.registerWh, timestamp };
    this.#parts.socket.deliver(
      'StartTransaction',
      () => params,
      (answer) => {
        transaction.id = Number(answer.transactionId);
        onAnswer((answer.idTagInfo as { status: string }).status === 'Accepted');
      },
    );
  }

  signedStart(transaction: Transaction): void {
    const { settings } = this.#parts;
    if (!settings.isOn('SampledDataSignStartedReadings')) return;
    const value = this.#signed(transaction, [transaction.begin], 'Transaction.Begin');
    this.#meterValues(transaction, transaction.begin.at, [value]);
  }

  ended(transaction: Transaction, reason: string, inKwh: boolean): void {
    const { meter, socket } = this.#parts;
    const end: RecordReading = { reason: 'E', at: new Date(), registerWh: meter.registerWh };
    const raw = energyValue(end.registerWh, 'Transaction.End', inKwh ? meter.exactWh : undefined);
    const build = () => this.#stopParams(transaction, end, reason, raw);
    socket.deliver('StopTransaction', build, () => meter.setOpen(null));
  }

  sample(transaction: Transaction | undefined, context: string, powerW: number, inKwh: boolean): void {
    const { meter, settings, options } = this.#parts;
    const wanted = settings.text('MeterValuesSampledData').split(',');
    const energy = energyValue(meter.registerWh, context, inKwh ? meter.exactWh : undefined);
    const values = [energy, ...powerValues(wanted, powerW, options.phases, context)];
    this.#meterValues(transaction, new Date(), values);
  }

  #meterValues(transaction: Transaction | undefined, at: Date, sampledValue: object[]): void {
    const meterValue = [{ timestamp: at.toISOString(), sampledValue }];
    const build = () => {
      const transactionId = transaction?.id;
      return {
        connectorId: CONNECTOR,
        ...(transactionId === undefined ? {} : { transactionId }),
        meterValue,
      };
    };
    this.#parts.socket.deliver('MeterValues', build, () => {});
  }

  /** Undefined, and nothing is sent, when the Central System never gave the transaction a number. */
  #stopParams(transaction: Transaction, end: RecordReading, reason: string, raw: object): object | undefined {
    const { id: transactionId, idTag, begin } = transaction;
    if (transactionId === undefined) return undefined;
    const timestamp = end.at.toISOString();
    const signed = this.#parts.settings.isOn('SampledDataSignReadings')
      ? [this.#signed(transaction, [begin, end], 'Transaction.End')]
      : [];
    const transactionData = [{ timestamp, sampledValue: [raw, ...signed] }];
    return { transactionId, idTag, meterStop: end.registerWh, timestamp, reason, transactionData };
  }

  #signed(transaction: Transaction, readings: RecordReading[], context: string) {
    return signedSample(this.#parts.key, this.#parts.options.id, transaction, readings, context);
  }

  get publicKeyHex(): string {
    return publicKeyHex(this.#parts.key);
  }
}
