import type { ChargePointStatus, HardwareFault } from '../faults.ts';
import {
  FIRMWARE,
  type MessageParts,
  type Messages,
  type MeterDisplay,
  type Transaction,
} from '../protocol.ts';
import { publicKeyHex, type RecordReading, signedRecord, signedValue } from '../record.ts';
import { energyValue, powerValues } from './sampled-values16.ts';

const nothing = () => {};

/** OCPP 1.6 has no stop reason for hardware faults. */
const reasonOf = (reason: string): string =>
  reason.endsWith('Failure') || reason === 'HighTemperature' ? 'Other' : reason;

/** The messages of OCPP 1.6J that the wallbox sends. */
export class Messages16 implements Messages {
  readonly #parts: MessageParts;

  constructor(parts: MessageParts) {
    this.#parts = parts;
  }

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

  async authorize(idTag: string): Promise<string> {
    const answer = await this.#parts.socket.call('Authorize', { idTag });
    return (answer?.idTagInfo as { status?: string } | undefined)?.status ?? 'Offline';
  }

  status(connectorId: number, status: ChargePointStatus, fault: HardwareFault | undefined): void {
    const errorCode = fault ?? 'NoError';
    const params = { connectorId, status, errorCode, timestamp: new Date().toISOString() };
    if (this.#parts.socket.isOpen) this.#deliver('StatusNotification', () => params);
  }

  /** Not in OCPP 1.6: the status has it. */
  chargingState(): void {}

  /** Not in OCPP 1.6: only the status shows that a reservation expired. */
  reservationExpired(): void {}

  endAfterPowerCut(connectorId: number): void {
    const meter = this.#parts.meterOf(connectorId);
    if (meter.open === null) return;
    const timestamp = new Date().toISOString();
    const params = { ...meter.open, meterStop: meter.registerWh, timestamp, reason: 'PowerLoss' };
    meter.setOpen(null);
    this.#deliver('StopTransaction', () => params);
  }

  started(connectorId: number, transaction: Transaction, onAnswer: (accepted: boolean) => boolean): void {
    const { begin, idTag, reservationId } = transaction;
    const params = {
      connectorId,
      idTag,
      meterStart: begin.registerWh,
      timestamp: begin.at.toISOString(),
      ...(reservationId === undefined ? {} : { reservationId }),
    };
    this.#deliver(
      'StartTransaction',
      () => params,
      (answer) => {
        transaction.id = Number(answer.transactionId);
        const goesOn = onAnswer((answer.idTagInfo as { status: string }).status === 'Accepted');
        if (goesOn) this.#signedStart(connectorId, transaction);
      },
    );
  }

  sample(
    connectorId: number,
    transaction: Transaction | undefined,
    context: string,
    shown: MeterDisplay,
  ): void {
    const { settings, options } = this.#parts;
    const wanted = settings.text('MeterValuesSampledData').split(',');
    const values = [energyValue(shown, context), ...powerValues(wanted, shown, options.phases, context)];
    const build = this.#meterValues(connectorId, transaction, new Date(), values);
    this.#parts.socket.deliverValue('MeterValues', build, context === 'Trigger');
  }

  ended(connectorId: number, transaction: Transaction, reason: string, shown: MeterDisplay): void {
    const end: RecordReading = { reason: 'E', at: new Date(), registerWh: shown.registerWh };
    const raw = energyValue(shown, 'Transaction.End');
    const build = () => this.#stopParams(transaction, end, reasonOf(reason), raw);
    this.#parts.socket.stored.sendAll();
    this.#deliver('StopTransaction', build, () => this.#parts.meterOf(connectorId).setOpen(null));
  }

  #signedStart(connectorId: number, transaction: Transaction): void {
    if (!this.#parts.settings.isOn('SampledDataSignStartedReadings')) return;
    const value = this.#signed(transaction, [transaction.begin], 'Transaction.Begin');
    this.#deliver('MeterValues', this.#meterValues(connectorId, transaction, transaction.begin.at, [value]));
  }

  #meterValues(
    connectorId: number,
    transaction: Transaction | undefined,
    at: Date,
    sampledValue: object[],
  ): () => object {
    const meterValue = [{ timestamp: at.toISOString(), sampledValue }];
    return () => {
      const transactionId = transaction?.id;
      return { connectorId, ...(transactionId === undefined ? {} : { transactionId }), meterValue };
    };
  }

  /** Undefined, so that nothing is sent, when the central system never gave the transaction an id. */
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

  #signed({ idTag, pagination }: Transaction, readings: RecordReading[], context: string) {
    const { key, options } = this.#parts;
    const { id: serial, 'ocmf-version': formatVersion } = options;
    const facts = { serial, firmware: FIRMWARE, pagination, idTag, readings, formatVersion };
    return {
      value: signedValue(signedRecord(key, facts), publicKeyHex(key)),
      context,
      format: 'SignedData',
    };
  }

  #deliver(
    action: string,
    build: () => object | undefined,
    onAnswer: (answer: Record<string, unknown>) => void = nothing,
  ): void {
    this.#parts.socket.deliver(action, build, onAnswer);
  }
}
