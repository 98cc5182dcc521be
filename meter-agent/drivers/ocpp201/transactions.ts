import { isSameTag } from '../../../protocol/idTag.ts';
import type { ChargePointEvents, Frame, MeterValue, TagStatus } from '../charge-point-events.ts';
import type { DriverMemory, DriverTransaction } from '../driver.ts';
import { faultOfStop, reasonOf } from './faults.ts';
import type { TransactionEvent } from './messages.ts';
import type { States } from './states.ts';
import { beginRegisterWh, endRegisterWh, signedOnly, toMeterValues, withoutBegin } from './values.ts';

/** A transaction that cannot be started yet: its tag or the register at its start is not known. */
interface Pending {
  evseId: number;
  idTag?: string | undefined;
  registerWh?: number | undefined;
  /** Register in its first message. */
  firstWh?: number | undefined;
  /** Unix milliseconds of the station's clock: messages from before it come too late. */
  endedAt?: number | undefined;
}

export interface TransactionParts {
  chargePointId: string;
  events: ChargePointEvents;
  memory: DriverMemory;
  states: States;
  /** Asks for the register now. */
  onNoRegister: (evseId: number) => void;
  /** Power flows although no tag was shown. */
  onUnauthorized: (transactionId: string) => void;
  /** A transaction of this name began, at this time of the station's clock. */
  onStarted: (transactionId: string, timestamp: string) => void;
}

/** One message in the agent's words. */
interface ReceivedEvent {
  event: TransactionEvent;
  frame: Frame;
  name: string;
  /** Undefined where the station leaves it out, because it sent it before or has one EVSE only. */
  evseId: number | undefined;
  idTag: string | undefined;
  values: MeterValue[];
  sentAt: number;
}

const MAX_PENDING = 20;
const MAX_REMOTE_STARTS = 20;
/** More than this without a tag is not measuring noise. */
const NOBODY_WH = 50;

const isAllowed = ({ bookingId, isOwner }: DriverTransaction): boolean => isOwner || bookingId !== null;

const GONE = new Set(['EVDeparted', 'EVCommunicationLost']);
/** The cable was taken out. */
const isGone = ({ transactionInfo, triggerReason = '' }: TransactionEvent): boolean =>
  transactionInfo.stoppedReason === 'EVDisconnected' || GONE.has(triggerReason);

/**
 * The transactions of one station. Its messages may come in any order, twice, or late. `seqNo` is not used, because
 * many stations always send 0: the transaction's name, tag, register and times decide.
 */
export class Transactions {
  readonly #parts: TransactionParts;
  readonly #note: string;
  readonly #remoteStarts = new Map<number, { evseId: number; idTag: string }>();
  readonly #unopenedEvents = new Map<string, { frame: Frame; values: MeterValue[] }>();

  constructor(parts: TransactionParts) {
    this.#parts = parts;
    this.#note = `ocpp201.pending.${parts.chargePointId}`;
  }

  /** A start that was commanded, with its EVSE: some stations do not repeat it. */
  remoteStart(remoteStartId: number, evseId: number, idTag: string): void {
    this.#remoteStarts.set(remoteStartId, { evseId, idTag });
    const [oldest] = this.#remoteStarts.keys();
    if (this.#remoteStarts.size > MAX_REMOTE_STARTS && oldest !== undefined)
      this.#remoteStarts.delete(oldest);
  }

  /** The station reports that a running transaction is the one that was commanded. */
  bind(name: string, evseId: number, idTag: string): void {
    const pending = this.#pending()[name] ?? { evseId };
    const known = this.#parts.memory.transactionNamed(this.#parts.chargePointId, name);
    if (known === undefined && pending.idTag === undefined) this.#keep(name, { ...pending, idTag });
  }

  /** The status of the tag for the answer; undefined when the message has none. */
  take(event: TransactionEvent, frame: Frame): TagStatus | undefined {
    const { transactionId: name, remoteStartId } = event.transactionInfo;
    const shown = event.idToken?.idToken;
    if (event.eventType === 'Started') this.#parts.onStarted(name, event.timestamp);
    const ours = this.#remoteStarts.get(remoteStartId ?? Number.NaN);
    const received: ReceivedEvent = {
      event,
      frame,
      name,
      evseId: event.evse?.id || ours?.evseId,
      idTag: shown || ours?.idTag,
      values: toMeterValues(event.meterValue),
      sentAt: Date.parse(event.timestamp),
    };
    const row = this.#row(received);
    if (row?.stopped || this.#isTooLate(received)) return this.#answer(row, shown);
    const isKnown = row !== undefined && !this.#isReplaced(row, received);
    const known = isKnown ? row : this.#open(received, row);
    if (known === undefined) this.#unopened(received);
    else if (event.eventType === 'Ended') this.#end(known, received);
    else this.#goOn(known, received, !isKnown);
    return this.#answer(known, shown);
  }

  /** The transaction of this name in the journal, unless the station gave the name of an ended one to a new one. */
  #row({ event, name, sentAt }: ReceivedEvent): DriverTransaction | undefined {
    const { memory, chargePointId } = this.#parts;
    const row = memory.transactionNamed(chargePointId, name);
    const isReused =
      row?.stopped && event.eventType === 'Started' && sentAt > Date.parse(row.chargePointTime);
    return isReused ? undefined : row;
  }

  /** Its end came first: messages about its beginning are outdated. */
  #isTooLate({ name, sentAt }: ReceivedEvent): boolean {
    return sentAt <= (this.#pending()[name]?.endedAt ?? Number.NEGATIVE_INFINITY);
  }

  /** A transaction whose tag was refused, and for which a tag is shown again. */
  #isReplaced(row: DriverTransaction, { idTag, sentAt }: ReceivedEvent): boolean {
    if (isAllowed(row) || idTag === undefined) return false;
    return !isSameTag(row.idTag, idTag) || sentAt > Date.parse(row.chargePointTime);
  }

  #answer(row: DriverTransaction | undefined, idTag: string | undefined): TagStatus | undefined {
    if (idTag === undefined) return undefined;
    if (row !== undefined && isAllowed(row) && isSameTag(row.idTag, idTag)) return 'Accepted';
    return this.#parts.events.authorize(this.#parts.chargePointId, idTag);
  }

  /** Begins it once tag and register are known; until then keeps what is known, also over a restart. */
  #open(received: ReceivedEvent, refused: DriverTransaction | undefined): DriverTransaction | undefined {
    const { events, memory, chargePointId } = this.#parts;
    const { event, name, values, frame } = received;
    const before = this.#pending()[name];
    const evseId = received.evseId ?? before?.evseId ?? refused?.connectorId ?? 1;
    const idTag = received.idTag ?? before?.idTag;
    const registerWh = beginRegisterWh(values) ?? before?.registerWh ?? refused?.meterStart;
    if (idTag === undefined || registerWh === undefined) {
      const firstWh = before?.firstWh ?? registerWh;
      this.#keep(name, { evseId, idTag, registerWh, firstWh });
      return undefined;
    }
    if (refused !== undefined) this.#close(refused, event.timestamp, frame);
    const { timestamp } = event;
    const start = { connectorId: evseId, idTag, meterStart: registerWh, timestamp, ownTransactionId: name };
    events.start(chargePointId, start, frame);
    this.#forget(name);
    const opened = memory.transactionNamed(chargePointId, name);
    if (opened !== undefined) this.#catchUp(opened, received);
    return opened;
  }

  /** Records that came before the transaction's booking was known. */
  #catchUp(row: DriverTransaction, { name, values }: ReceivedEvent): void {
    const first = this.#unopenedEvents.get(name);
    this.#unopenedEvents.delete(name);
    if (!isAllowed(row)) return;
    const { events, chargePointId } = this.#parts;
    if (first !== undefined)
      events.metered(chargePointId, row.connectorId, row.id, signedOnly(first.values), first.frame);
    // The start has the frame already.
    if (values.length > 0) events.metered(chargePointId, row.connectorId, row.id, values, undefined);
  }

  #unopened(received: ReceivedEvent): void {
    const { event, name, values, frame } = received;
    const { states, onNoRegister, onUnauthorized } = this.#parts;
    const pending = this.#pending()[name];
    if (pending === undefined) return;
    const { evseId, idTag, registerWh, firstWh } = pending;
    if (event.eventType === 'Ended') {
      this.#keep(name, { evseId, endedAt: received.sentAt });
      this.#unopenedEvents.delete(name);
      states.ended(evseId, faultOfStop(event.transactionInfo.stoppedReason), isGone(event));
      return;
    }
    if (!this.#unopenedEvents.has(name)) this.#unopenedEvents.set(name, { frame, values });
    states.running(evseId, false, event.transactionInfo.chargingState, received.sentAt, frame);
    if (registerWh === undefined) onNoRegister(evseId);
    else if (idTag === undefined && registerWh - (firstWh ?? registerWh) > NOBODY_WH) onUnauthorized(name);
  }

  #goOn(row: DriverTransaction, { event, frame, values, sentAt }: ReceivedEvent, isOpening: boolean): void {
    const { events, states, chargePointId } = this.#parts;
    const { chargingState } = event.transactionInfo;
    const allowed = isAllowed(row);
    // Values of an unauthorized transaction are reported when power flows, so that it is stopped.
    const flows = values.length > 0 && (chargingState ?? 'Charging') === 'Charging';
    if (!isOpening && (allowed || flows)) {
      // A start that comes twice, or after later messages, has an old register.
      const news = event.eventType === 'Started' ? signedOnly(values) : withoutBegin(values);
      events.metered(chargePointId, row.connectorId, row.id, news, frame);
    }
    states.running(row.connectorId, allowed, chargingState, sentAt, undefined);
  }

  #end(row: DriverTransaction, { event, frame, values }: ReceivedEvent): void {
    const { events, states, chargePointId } = this.#parts;
    const { stoppedReason } = event.transactionInfo;
    events.stop(
      chargePointId,
      {
        transactionId: row.id,
        idTag: event.idToken?.idToken,
        meterStop: endRegisterWh(values, row.meterStart),
        timestamp: event.timestamp,
        reason: reasonOf(stoppedReason),
        transactionData: signedOnly(values),
      },
      frame,
    );
    states.ended(row.connectorId, faultOfStop(stoppedReason), isGone(event));
  }

  #close(row: DriverTransaction, timestamp: string, frame: Frame): void {
    const stop = { transactionId: row.id, meterStop: row.meterStart, timestamp };
    this.#parts.events.stop(this.#parts.chargePointId, stop, frame);
  }

  #pending(): Record<string, Pending> {
    return this.#parts.memory.note<Record<string, Pending>>(this.#note) ?? {};
  }

  #keep(name: string, pending: Pending): void {
    const { [name]: _before, ...others } = this.#pending();
    const newest = Object.entries(others).slice(1 - MAX_PENDING);
    this.#parts.memory.setNote(this.#note, Object.fromEntries([...newest, [name, pending]]));
  }

  #forget(name: string): void {
    const { [name]: gone, ...others } = this.#pending();
    if (gone !== undefined) this.#parts.memory.setNote(this.#note, others);
  }
}
