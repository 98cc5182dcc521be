import type { Logger } from 'pino';
import type { LocalAuthorization } from '../central-system/local-authorization.ts';
import type { AgentConfig } from '../config/config.ts';
import type { PeerForwarding } from '../drivers/ocpp/ocpp-driver.ts';
import type { Peer, RpcPeer } from '../drivers/ocpp/peer.ts';
import type { Journal } from '../journal/journal.ts';
import { ForwardedPeer } from './forwarded-peer.ts';
import { Outbox } from './outbox.ts';

export interface ForwardingParts {
  config: Pick<AgentConfig, 'chargePoints'>;
  localAuthorization: LocalAuthorization;
  journal: Journal;
  log: Logger;
}

/** Forwards charge points to the other central systems that the configuration names for them. */
export class Forwarding implements PeerForwarding {
  readonly #parts: ForwardingParts;
  readonly #outboxes = new Map<string, Outbox>();

  constructor(parts: ForwardingParts) {
    this.#parts = parts;
    const { config, journal } = parts;
    const forwarded = Object.entries(config.chargePoints).filter(([, { forward }]) => forward !== undefined);
    journal.dropMessagesExceptOf(forwarded.map(([id]) => id));
  }

  forwarded(chargePointId: string, peer: RpcPeer): Peer {
    const { config, localAuthorization, journal, log } = this.#parts;
    const { chargePoints } = config;
    const known = Object.hasOwn(chargePoints, chargePointId) ? chargePoints[chargePointId] : undefined;
    if (known?.forward === undefined) return peer;
    return new ForwardedPeer(chargePointId, peer, {
      ...known.forward,
      localAuthorization,
      outbox: this.#outboxOf(chargePointId),
      memory: journal,
      log,
    });
  }

  #outboxOf(chargePointId: string): Outbox {
    const outbox = this.#outboxes.get(chargePointId) ?? new Outbox(chargePointId, this.#parts.journal);
    this.#outboxes.set(chargePointId, outbox);
    return outbox;
  }
}
