import { isSameTag } from '../../../protocol/idTag.ts';
import type { ChargePointEvents, Frame, MeterValue, TagStatus } from '../charge-point-events.ts';
import type { DriverMemory, DriverTransaction } from '../driver.ts';
import { faultOfStop, reasonOf } from './faults.ts';
import type { TransactionEvent } from './messages.ts';
import { RemoteStarts } from './remote-starts.ts';
import type { States } from './states.ts';
import { beginRegisterWh, endRegisterWh, signedOnly, toMeterValues, withoutBegin } from './values.ts';

/** A transaction that cannot be started yet: its tag or the register at its start is not known. */
interface Pending {
  evseId: number;
  idTag?: string | undefined;
  registerWh?: number | undefined;
  /** Register in its first message. */
  firstWh?: number | undefined;
  /** Its first message: what is signed in it counts once its booking is known. */
  first?: { frame: Frame; values: MeterValue[] } | undefined;
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
/** A longer message of a transaction that nobody booked yet is not kept. */
const MAX_FIRST_LENGTH = 32_768;
/** More than this without a tag is not measuring noise. */
const NOBODY_WH = 50;

const isAllowed = ({ bookingId, isOwner }: DriverTransaction): boolean => isOwner || bookingId !== null;

function firstOf(frame: Frame, values: MeterValue[]): Pending['first'] {
  if (JSON.stringify(frame).length > MAX_FIRST_LENGTH) return undefined;
  return { frame, values: signedOnly(values) };
}

type Token = TransactionEvent['idToken'];
/** A station that was commanded to start may show no tag, or that none was asked for (C02.FR.02). */
const shownTag = (token: Token): string | undefined =>
  token === undefined || token.type === 'NoAuthorization' ? undefined : token.idToken || undefined;

const GONE = new Set(['EVDeparted', 'EVCommunicationLost']);
/** The cable was taken out. */
const isGone = ({ transactionInfo, triggerReason = '' }: TransactionEvent): boolean =>
  transactionInfo.stoppedReason === 'EVDisconnected' || GONE.has(triggerReason);

/**
 * The transactions of one station. Its messages may come in any order, twice, or late: the transaction's name, tag,
 * register and times decide. `seqNo` only orders values, where it rises: many stations always send 0.
 */
export class Transactions {
  readonly #parts: TransactionParts;
  readonly #note: string;
  readonly remoteStarts: RemoteStarts;

  constructor(parts: TransactionParts) {
    this.#parts = parts;
    this.#note = `ocpp201.pending.${parts.chargePointId}`;
    this.remoteStarts = new RemoteStarts(parts.chargePointId, parts.memory);
  }

  /** The station reports that a running transaction is the one that was commanded. */
  bind(name: string, evseId: number, idTag: string): void {
    const pending = this.#pending()[name] ?? { evseId };
    const known = this.#parts.memory.transactionNamed(this.#parts.chargePointId, name);
    if (known === undefined && pending.idTag === undefined) this.#keep(name, { ...pending, idTag });
  }

  /** The status of the tag for the answer; undefined when the message has none. */
  take(event: TransactionEvent, frame: Frame): TagStatus | undefined {
    const { transactionId: name } = event.transactionInfo;
    const shown = shownTag(event.idToken);
    if (event.eventType === 'Started') this.#parts.onStarted(name, event.timestamp);
    const ours = shown === undefined ? this.#commandedStart(event) : this.#named(event);
    const received: ReceivedEvent = {
      event,
      frame,
      name,
      evseId: event.evse?.id || ours?.evseId,
      idTag: shown ?? ours?.idTag,
      values: toMeterValues(event.meterValue, event.seqNo),
      sentAt: Date.parse(event.timestamp),
    };
    const row = this.#row(received);
    if (row?.stopped || this.#isTooLate(received)) return this.#answer(row, received);
    const isKnown = row !== undefined && !this.#isReplaced(row, received);
    const known = isKnown ? row : this.#open(received, row);
    if (known === undefined) this.#unopened(received);
    else if (event.eventType === 'Ended') this.#end(known, received);
    else this.#goOn(known, received, !isKnown);
    return this.#answer(known, received);
  }

  #named({ transactionInfo }: TransactionEvent) {
    return this.remoteStarts.named(transactionInfo.remoteStartId);
  }

  /** The start to which a transaction without a tag belongs. */
  #commandedStart(event: TransactionEvent) {
    const { events, memory, chargePointId } = this.#parts;
    const { transactionId: name, remoteStartId } = event.transactionInfo;
    const isKnown = memory.transactionNamed(chargePointId, name)?.stopped === false;
    if (isKnown || remoteStartId !== undefined || event.eventType === 'Ended') return this.#named(event);
    const isAllowed = (idTag: string) => events.tagStatus(chargePointId, idTag) === 'Accepted';
    return this.remoteStarts.only(
      event.evse?.id || undefined,
      event.triggerReason === 'RemoteStart',
      isAllowed,
    );
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

  #answer(row: DriverTransaction | undefined, { event, idTag }: ReceivedEvent): TagStatus | undefined {
    if (event.idToken === undefined) return undefined;
    const shown = shownTag(event.idToken);
    const isOfRow = row !== undefined && (shown === undefined || isSameTag(row.idTag, shown));
    if (isOfRow && isAllowed(row)) return 'Accepted';
    const commanded = row === undefined ? idTag : undefined;
    const status = this.#parts.events.tagStatus(this.#parts.chargePointId, shown ?? commanded ?? '');
    // A tag that may charge elsewhere does not do so in a transaction that was refused.
    return isOfRow && status === 'Accepted' ? 'Blocked' : status;
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
      const first = before?.first ?? firstOf(frame, values);
      this.#keep(name, { evseId, idTag, registerWh, firstWh, first });
      return undefined;
    }
    if (refused !== undefined) this.#close(refused, event.timestamp, frame);
    const { timestamp, seqNo } = event;
    const start = {
      ...{ connectorId: evseId, idTag, meterStart: registerWh, timestamp, ownTransactionId: name, seqNo },
    };
    events.start(chargePointId, start, frame);
    this.#forget(name);
    this.remoteStarts.used(idTag);
    const opened = memory.transactionNamed(chargePointId, name);
    if (opened !== undefined) this.#catchUp(opened, received, before?.first);
    return opened;
  }

  /** Records that came before the transaction's booking was known. */
  #catchUp(row: DriverTransaction, { values }: ReceivedEvent, first: Pending['first']): void {
    if (!isAllowed(row)) return;
    const { events, chargePointId } = this.#parts;
    if (first !== undefined)
      events.metered(chargePointId, row.connectorId, row.id, first.values, first.frame);
    // The start has the frame already.
    if (values.length > 0) events.metered(chargePointId, row.connectorId, row.id, values, undefined);
  }

  #unopened(received: ReceivedEvent): void {
    const { event, name, frame } = received;
    const { states, onNoRegister, onUnauthorized } = this.#parts;
    const pending = this.#pending()[name];
    if (pending === undefined) return;
    const { evseId, idTag, registerWh, firstWh } = pending;
    if (event.eventType === 'Ended') {
      this.#keep(name, { evseId, endedAt: received.sentAt });
      states.ended(evseId, faultOfStop(event.transactionInfo.stoppedReason), isGone(event));
      return;
    }
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
    if (!isOpening && allowed && event.eventType === 'Started')
      this.#beganEarlier(row, { event, frame, values });
    if (!isOpening && (allowed || flows)) {
      // A start that comes twice, or after later messages, has an old register.
      const news = event.eventType === 'Started' ? signedOnly(values) : withoutBegin(values);
      events.metered(chargePointId, row.connectorId, row.id, news, frame);
    }
    states.running(row.connectorId, allowed, chargingState, sentAt, undefined);
  }

  /** Its start comes after the values from which it was opened: energy counts from the start. */
  #beganEarlier(
    row: DriverTransaction,
    { event, frame, values }: Pick<ReceivedEvent, 'event' | 'frame' | 'values'>,
  ): void {
    const { events, chargePointId } = this.#parts;
    const { timestamp, seqNo, transactionInfo } = event;
    const meterStart = beginRegisterWh(values);
    const isBefore = Date.parse(timestamp) < Date.parse(row.chargePointTime);
    if (meterStart === undefined || meterStart >= row.meterStart || !isBefore) return;
    const { connectorId, idTag } = row;
    const ownTransactionId = transactionInfo.transactionId;
    events.start(
      chargePointId,
      { connectorId, idTag, meterStart, timestamp, ownTransactionId, seqNo },
      frame,
    );
  }

  #end(row: DriverTransaction, { event, frame, values }: ReceivedEvent): void {
    const { events, states, chargePointId } = this.#parts;
    const { stoppedReason } = event.transactionInfo;
    const meterStop = endRegisterWh(values, row.meterStart);
    events.stop(
      chargePointId,
      {
        transactionId: row.id,
        idTag: event.idToken?.idToken,
        meterStop,
        timestamp: event.timestamp,
        reason: reasonOf(
          stoppedReason ?? (event.triggerReason === 'ResetCommand' ? 'ImmediateReset' : undefined),
        ),
        seqNo: event.seqNo,
        // A register that names no unit is read where power and time are known.
        transactionData: meterStop === undefined ? withoutBegin(values) : signedOnly(values),
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
