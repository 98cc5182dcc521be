import { randomUUID } from 'node:crypto';
import type { ChargePointStatus, HardwareFault } from '../faults.ts';
import {
  FIRMWARE,
  type MessageParts,
  type Messages,
  type MeterDisplay,
  type Transaction,
} from '../protocol.ts';
import type { RecordReading } from '../record.ts';
import { energyValue, powerValue, signedValue } from './sampled-values201.ts';

type Answer = Record<string, unknown>;

const nothing = () => {};

const CHARGING_STATES: Partial<Record<ChargePointStatus, string>> = {
  Charging: 'Charging',
  SuspendedEV: 'SuspendedEV',
  SuspendedEVSE: 'SuspendedEVSE',
  Preparing: 'EVConnected',
};

/** `stoppedReason` and `triggerReason` for each reason by which a transaction ends here. */
const ENDS: Record<string, [stoppedReason: string, triggerReason: string]> = {
  EVDisconnected: ['EVDisconnected', 'EVCommunicationLost'],
  Remote: ['Remote', 'RemoteStop'],
  Local: ['Local', 'StopAuthorized'],
  DeAuthorized: ['DeAuthorized', 'Deauthorized'],
  HardReset: ['ImmediateReset', 'ResetCommand'],
  PowerLoss: ['PowerLoss', 'AbnormalCondition'],
  TimeLimitReached: ['TimeLimitReached', 'TimeLimitReached'],
  GroundFailure: ['GroundFault', 'AbnormalCondition'],
  OverCurrentFailure: ['OvercurrentFault', 'AbnormalCondition'],
};
const OTHER_END = ['Other', 'AbnormalCondition'] as const;

/** Where OCPP 2.0.1's device model shows a fault. */
const FAULTY: Record<HardwareFault, { component: string; techCode: string }> = {
  GroundFailure: { component: 'GroundIsolationProtection', techCode: 'CX002' },
  OverCurrentFailure: { component: 'OverCurrentProtection', techCode: 'CX004' },
  HighTemperature: { component: 'InternalTemperatureSensor', techCode: 'CX003' },
};

const connectorStatusOf = (status: ChargePointStatus): string =>
  ['Available', 'Reserved', 'Unavailable', 'Faulted'].includes(status) ? status : 'Occupied';

/** The messages of OCPP 2.0.1 that the wallbox sends. */
export class Messages201 implements Messages {
  readonly #parts: MessageParts;
  readonly #states = new WeakMap<Transaction, string>();
  #events = 0;

  constructor(parts: MessageParts) {
    this.#parts = parts;
  }

  async boot(): Promise<boolean> {
    const { options, settings, socket } = this.#parts;
    const chargingStation = {
      vendorName: 'Plugpact',
      model: 'Simulated Wallbox',
      serialNumber: options.id.slice(0, 25),
      firmwareVersion: FIRMWARE,
    };
    const answer = await socket.call('BootNotification', { reason: 'PowerUp', chargingStation });
    if (answer?.status !== 'Accepted') return false;
    if (Number(answer.interval) > 0) settings.change('HeartbeatInterval', String(answer.interval));
    return true;
  }

  heartbeat(): void {
    void this.#parts.socket.call('Heartbeat', {});
  }

  async authorize(idTag: string): Promise<string> {
    const answer = await this.#parts.socket.call('Authorize', {
      idToken: { idToken: idTag, type: 'ISO14443' },
    });
    return (answer?.idTokenInfo as { status?: string } | undefined)?.status ?? 'Offline';
  }

  status(connectorId: number, status: ChargePointStatus, fault: HardwareFault | undefined): void {
    if (!this.#parts.socket.isOpen) return;
    const timestamp = new Date().toISOString();
    const at = { evseId: connectorId, connectorId: 1 };
    this.#deliver('StatusNotification', () => ({
      ...at,
      timestamp,
      connectorStatus: connectorStatusOf(status),
    }));
    if (fault !== undefined) this.#event(connectorId, fault, timestamp);
  }

  #event(connectorId: number, fault: HardwareFault, timestamp: string): void {
    const { component, techCode } = FAULTY[fault];
    const eventData = {
      eventId: this.#events++,
      timestamp,
      trigger: 'Alerting',
      actualValue: 'true',
      techCode,
      eventNotificationType: 'HardWiredNotification',
      component: { name: component, evse: { id: connectorId } },
      variable: { name: 'Problem' },
    };
    this.#deliver('NotifyEvent', () => ({ generatedAt: timestamp, seqNo: 0, eventData: [eventData] }));
  }

  reservationExpired(reservationId: number): void {
    const params = { reservationId, reservationUpdateStatus: 'Expired' };
    this.#deliver('ReservationStatusUpdate', () => params);
  }

  chargingState(connectorId: number, transaction: Transaction, status: ChargePointStatus): void {
    const chargingState = CHARGING_STATES[status];
    if (chargingState === undefined || this.#states.get(transaction) === chargingState) return;
    this.#states.set(transaction, chargingState);
    const params = { triggerReason: 'ChargingStateChanged', chargingState };
    this.#transactionEvent('Updated', connectorId, transaction, params);
  }

  started(connectorId: number, transaction: Transaction, onAnswer: (accepted: boolean) => boolean): void {
    const { begin, idTag, reservationId, remoteStartId } = transaction;
    transaction.id = randomUUID();
    const { registerWh } = begin;
    const shown = { registerWh, exactWh: registerWh, powerW: 0, inKwh: false };
    const raw = energyValue(shown, 'Transaction.Begin');
    const isSigned = this.#parts.settings.isOn('SampledDataSignStartedReadings');
    const sampledValue = isSigned ? [raw, this.#signed(transaction, [begin], 'Transaction.Begin')] : [raw];
    this.#states.set(transaction, 'EVConnected');
    const more = {
      triggerReason: remoteStartId === undefined ? 'Authorized' : 'RemoteStart',
      chargingState: 'EVConnected',
      idToken: { idToken: idTag, type: remoteStartId === undefined ? 'ISO14443' : 'Central' },
      ...(reservationId === undefined ? {} : { reservationId }),
      meterValue: [{ timestamp: begin.at.toISOString(), sampledValue }],
    };
    this.#transactionEvent('Started', connectorId, transaction, more, (answer) => {
      onAnswer((answer.idTokenInfo as { status?: string } | undefined)?.status === 'Accepted');
    });
  }

  sample(
    connectorId: number,
    transaction: Transaction | undefined,
    context: string,
    shown: MeterDisplay,
  ): void {
    const timestamp = new Date().toISOString();
    const wanted = this.#parts.settings.text('MeterValuesSampledData').split(',');
    const power = wanted.includes('Power.Active.Import') ? [powerValue(shown, context)] : [];
    const meterValue = [{ timestamp, sampledValue: [energyValue(shown, context), ...power] }];
    if (transaction === undefined) {
      this.#deliver('MeterValues', () => ({ evseId: connectorId, meterValue }));
      return;
    }
    const triggerReason = context === 'Trigger' ? 'Trigger' : 'MeterValuePeriodic';
    const chargingState = this.#states.get(transaction);
    this.#transactionEvent('Updated', connectorId, transaction, { triggerReason, chargingState, meterValue });
  }

  ended(connectorId: number, transaction: Transaction, reason: string, shown: MeterDisplay): void {
    const end: RecordReading = { reason: 'E', at: new Date(), registerWh: shown.registerWh };
    const [stoppedReason, triggerReason] = ENDS[reason] ?? OTHER_END;
    this.#parts.socket.stored.sendAll();
    const context = 'Transaction.End';
    const signed = this.#parts.settings.isOn('SampledDataSignReadings')
      ? [this.#signed(transaction, [transaction.begin, end], context)]
      : [];
    const sampledValue = [energyValue(shown, context), ...signed];
    const chargingState = reason === 'EVDisconnected' ? 'Idle' : 'EVConnected';
    const meterValue = [{ timestamp: end.at.toISOString(), sampledValue }];
    const more = { triggerReason, stoppedReason, chargingState, meterValue };
    this.#transactionEvent('Ended', connectorId, transaction, more, () =>
      this.#parts.meterOf(connectorId).setOpen(null),
    );
  }

  endAfterPowerCut(connectorId: number): void {
    const meter = this.#parts.meterOf(connectorId);
    if (meter.open === null) return;
    const { transactionId, idTag } = meter.open;
    meter.setOpen(null);
    const timestamp = new Date().toISOString();
    const { registerWh, exactWh } = meter;
    const raw = energyValue({ registerWh, exactWh, powerW: 0, inKwh: false }, 'Transaction.End');
    const [stoppedReason, triggerReason] = ENDS.PowerLoss as [string, string];
    this.#deliver('TransactionEvent', () => ({
      eventType: 'Ended',
      timestamp,
      triggerReason,
      seqNo: 0,
      transactionInfo: { transactionId, stoppedReason },
      evse: { id: connectorId, connectorId: 1 },
      idToken: { idToken: idTag, type: 'Central' },
      meterValue: [{ timestamp, sampledValue: [raw] }],
    }));
  }

  #transactionEvent(
    eventType: 'Started' | 'Updated' | 'Ended',
    connectorId: number,
    transaction: Transaction,
    { triggerReason, chargingState, stoppedReason, ...more }: Record<string, unknown>,
    onAnswer: (answer: Answer) => void = nothing,
  ): void {
    const { id: transactionId, remoteStartId } = transaction;
    const { socket } = this.#parts;
    const transactionInfo = {
      transactionId,
      chargingState,
      stoppedReason,
      remoteStartId: eventType === 'Started' ? remoteStartId : undefined,
    };
    const params = {
      eventType,
      timestamp: new Date().toISOString(),
      triggerReason,
      seqNo: transaction.sentCount++,
      offline: socket.isOpen ? undefined : true,
      transactionInfo: defined(transactionInfo),
      evse: { id: connectorId, connectorId: 1 },
      ...more,
    };
    const build = () => defined(params);
    const taken = (answer: Answer) => {
      const { maxTime } = (answer.transactionLimit ?? {}) as { maxTime?: number };
      if (maxTime !== undefined) transaction.endsAt = transaction.begin.at.getTime() + maxTime * 1_000;
      onAnswer(answer);
    };
    if (eventType === 'Updated' && more.meterValue !== undefined)
      socket.deliverValue('TransactionEvent', build, triggerReason === 'Trigger', taken);
    else socket.deliver('TransactionEvent', build, taken);
  }

  #signed(transaction: Transaction, readings: RecordReading[], context: string) {
    const { key, options } = this.#parts;
    return signedValue(key, options, transaction, readings, context);
  }

  #deliver(action: string, build: () => object, onAnswer: (answer: Answer) => void = nothing): void {
    this.#parts.socket.deliver(action, build, onAnswer);
  }
}

/** Without keys that have no value: a schema treats `undefined` as a value. */
const defined = (params: Record<string, unknown>): object =>
  Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
