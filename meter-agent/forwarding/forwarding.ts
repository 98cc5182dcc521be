import type { Logger } from 'pino';
import type { LocalAuthorization } from '../central-system/local-authorization.ts';
import type { AgentConfig } from '../config/config.ts';
import type { Connectors } from '../connectors/connectors.ts';
import type { PeerForwarding } from '../drivers/ocpp/ocpp-driver.ts';
import type { ForwardablePeer, Peer } from '../drivers/ocpp/peer.ts';
import type { Journal } from '../journal/journal.ts';
import { ForwardedPeer } from './forwarded-peer.ts';
import { Outbox } from './outbox.ts';
import { Standing } from './standing.ts';

export interface ForwardingParts {
  config: Pick<AgentConfig, 'chargePoints'>;
  localAuthorization: LocalAuthorization;
  connectors: Pick<Connectors, 'seeHealth' | 'changed'>;
  journal: Journal;
  nowSec: () => number;
  log: Logger;
}

/** Forwards charge points to the other central systems that the configuration names for them. */
export class Forwarding implements PeerForwarding {
  readonly #parts: ForwardingParts;
  readonly #outboxes = new Map<string, Outbox>();
  readonly #standings = new Map<string, Standing>();

  constructor(parts: ForwardingParts) {
    this.#parts = parts;
    const { config, journal } = parts;
    const forwarded = Object.entries(config.chargePoints).filter(([, { forward }]) => forward !== undefined);
    journal.dropMessagesExceptOf(forwarded.map(([id]) => id));
    for (const [id] of forwarded) this.#standings.set(id, this.#newStanding(id));
  }

  forwarded(chargePointId: string, peer: ForwardablePeer): Peer {
    const { config, localAuthorization, journal, log } = this.#parts;
    const { chargePoints } = config;
    const known = Object.hasOwn(chargePoints, chargePointId) ? chargePoints[chargePointId] : undefined;
    const standing = this.#standings.get(chargePointId);
    if (known?.forward === undefined || standing === undefined) return peer;
    return new ForwardedPeer(chargePointId, peer, {
      ...known.forward,
      localAuthorization,
      outbox: this.#outboxOf(chargePointId),
      standing,
      memory: journal,
      log,
    });
  }

  #newStanding(chargePointId: string): Standing {
    const { journal, connectors, nowSec } = this.#parts;
    return new Standing(chargePointId, {
      memory: journal,
      nowSec,
      onChange: (forward) => {
        connectors.seeHealth(chargePointId, 0, { forward });
        connectors.changed.emit();
      },
    });
  }

  #outboxOf(chargePointId: string): Outbox {
    const outbox = this.#outboxes.get(chargePointId) ?? new Outbox(chargePointId, this.#parts.journal);
    this.#outboxes.set(chargePointId, outbox);
    return outbox;
  }
}
