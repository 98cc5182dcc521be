import type { Logger } from 'pino';
import type { ChargePointEvents } from '../charge-point-events.ts';
import type { RpcPeer } from './peer.ts';
import type { ReadingNotes } from './reading-peer.ts';
import { isJson, mendedText } from './text.ts';

/** Errors of later versions, as 1.6 calls them. */
const NAMES_IN_16: Record<string, string> = {
  RpcFrameworkError: 'FormationViolation',
  MessageTypeNotSupported: 'ProtocolError',
};

/** As much of a frame's text as the log and the owner get to see. */
const SHOWN = 200;
/** How many kinds of deviations are logged: a charge point repeats its own with every message. */
const MAX_REPORTED = 1_000;

/** What the log and the owner are told about the frames of charge points. */
export class FrameNotes {
  readonly #events: ChargePointEvents;
  readonly #log: Logger;
  readonly #reported = new Set<string>();
  readonly #broken = new Map<string, { at: number; text: string; count: number }>();

  constructor(events: ChargePointEvents, log: Logger) {
    this.#events = events;
    this.#log = log;
  }

  of(chargePointId: string): ReadingNotes {
    return {
      onDeviations: (action, deviations) => this.#deviates(chargePointId, action, deviations),
      onRefused: (action, params, { message }) => {
        const text = this.#isBroken(chargePointId, `${action} ${JSON.stringify(params)}`);
        this.#log.warn({ chargePointId, action, detail: message, text }, 'OCPP frame against the schema');
      },
    };
  }

  /** ocpp-rpc takes each text in `_onMessage`, and offers no other place before it is parsed. */
  mendTexts(peer: RpcPeer, chargePointId: string): void {
    const receiver = peer as unknown as { _onMessage: (data: { toString(): string }) => void };
    const receive = receiver._onMessage.bind(receiver);
    receiver._onMessage = (data) => {
      const text = String(data);
      const mended = text === '' || isJson(text) ? undefined : mendedText(text);
      // As text: it is not converted twice.
      if (mended === undefined) return receive(text);
      this.#deviates(chargePointId, '', ['text mended']);
      // A call that is refused all the same is logged by what it says.
      receive(mended);
    };
  }

  /** Of frames that are not even calls or answers. */
  logFaults(peer: RpcPeer, chargePointId: string, protocol: string): void {
    const log = this.#log;
    peer.on('socketError', (error) => {
      log.warn({ chargePointId, detail: error.message }, 'connection ended: broken or oversized frame');
    });
    peer.on('badMessage', ({ buffer, error, response }) => {
      if (response && protocol === 'ocpp1.6') response[2] = NAMES_IN_16[response[2]] ?? response[2];
      const text = this.#isBroken(chargePointId, String(buffer));
      log.warn({ chargePointId, detail: error.message, text }, 'malformed OCPP frame answered with an error');
    });
  }

  /** One line for all repeats of a kind. */
  #deviates(chargePointId: string, action: string, deviations: string[]): void {
    const news = deviations.filter((kind) => !this.#reported.has(`${chargePointId} ${action} ${kind}`));
    if (news.length === 0 || this.#reported.size >= MAX_REPORTED) return;
    for (const kind of news) this.#reported.add(`${chargePointId} ${action} ${kind}`);
    this.#log.warn(
      { chargePointId, action, deviations: news },
      'OCPP frame accepted although it deviates from the schema',
    );
  }

  /** The first one is shown to the owner, with their number. Returns the text, shortened. */
  #isBroken(chargePointId: string, text: string): string {
    const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
    const first = this.#broken.get(chargePointId) ?? {
      at: Math.floor(Date.now() / 1000),
      text: shown,
      count: 0,
    };
    first.count += 1;
    if (this.#broken.size < MAX_REPORTED) this.#broken.set(chargePointId, first);
    this.#events.healthReported(chargePointId, 0, { brokenFrame: { ...first } });
    return shown;
  }
}
