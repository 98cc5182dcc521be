import type { Hex } from 'viem';
import type { Journal } from '../journal/journal.ts';
import type { SessionStore } from '../journal/session-store.ts';
import { STANDBY_W } from '../session/limit.ts';
import { isOver } from '../session/phases.ts';
import type { Session } from '../session/types.ts';
import type { Connector, Connectors } from './connectors.ts';
import { assignedShares, leastA, type ShareClaim } from './current-shares.ts';
import { fullCurrentA } from './plan.ts';

export interface SiteParts {
  /** The limit of all wallboxes together, in A per phase; undefined without a limit. */
  siteLimitA: number | undefined;
  journal: Pick<Journal, 'newestTransaction'>;
  sessions: SessionStore;
  connectors: Connectors;
  nowSec: () => number;
}

/** How long a meter value of a charge that is not a session stays valid. */
const METERED_SEC = 60;
/** A car may draw a little more before its meter reports it. */
const METERED_SLACK_A = 1;

const TAKES_POWER = new Set(['Charging', 'SuspendedEV', 'SuspendedEVSE']);

/**
 * The most that a session's charge point may be drawing now. Before its first limit it follows the one in its start;
 * one that ignores its limits draws what was measured, until its meter shows that it obeyed 0 A.
 */
function heldA({ transaction, plan, current, powerW }: Session): number {
  if (transaction === null) return 0;
  const { acceptedA, isRefused, shareA, drawnA } = current;
  const limitA = acceptedA ?? (isRefused ? plan.fullCurrentA : (shareA ?? plan.fullCurrentA));
  const isQuiet = limitA === 0 && powerW <= STANDBY_W;
  return drawnA === null || isQuiet ? limitA : Math.max(limitA, drawnA);
}

function claimOf(s: Session): ShareClaim {
  const { fullCurrentA: fullA } = s.plan;
  const { isRefused, shareA, drawnA } = s.current;
  return {
    fullA: Math.max(fullA, drawnA ?? 0),
    leastA: drawnA ?? leastA(fullA, !isRefused),
    heldA: heldA(s),
    shareA: shareA ?? fullA,
  };
}

/** The oldest first; last those that ignore their share: the others keep at least the smallest useful share. */
const byClaim = (a: Session, b: Session): number =>
  Number(a.current.drawnA !== null) - Number(b.current.drawnA !== null) ||
  (a.startSecretReceivedAt ?? 0) - (b.startSecretReceivedAt ?? 0);

/** Shares the house connection among all wallboxes of the site. */
export class Site {
  readonly #parts: SiteParts;
  readonly #noncompliant = new Set<Hex>();
  #isBusy = false;

  constructor(parts: SiteParts) {
    this.#parts = parts;
    parts.sessions.changes.add((session) => this.#changed(session));
    parts.connectors.changed.add(() => this.review());
  }

  /** Without a limit no session's share depends on another one. */
  #changed(session: Session): void {
    if (this.#parts.siteLimitA === undefined) this.#setShare(session, null);
    else this.review();
  }

  /** Each second, and after every change that may concern all sessions. */
  review(): void {
    const { siteLimitA, sessions } = this.#parts;
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      const all = sessions.all();
      // No session starts at full current before it has a share, or keeps its share when there is no limit any more.
      const before = siteLimitA === undefined ? null : 0;
      for (const s of all) if (s.phase === 'BOOKED' || before === null) this.#setShare(s, before);
      if (siteLimitA !== undefined) this.#share(siteLimitA, all);
    } finally {
      this.#isBusy = false;
    }
  }

  #share(siteLimitA: number, all: Session[]): void {
    const running = all.filter(({ phase }) => phase === 'STARTING' || phase === 'CHARGING').sort(byClaim);
    const ending = all.filter((s) => s.transaction !== null && (s.phase === 'STOPPING' || isOver(s)));
    const takenA = ending.reduce((sum, s) => sum + heldA(s), this.#othersA());
    for (const s of running) this.#noteNoncompliant(s);
    const shares = assignedShares(Math.max(0, siteLimitA - takenA), running.map(claimOf));
    running.forEach((s, i) => {
      this.#setShare(s, shares[i] ?? 0);
    });
  }

  /** In addition to the host's notice: the connector's health shows it as long as the agent runs. */
  #noteNoncompliant({ plan, current: { drawnA, acceptedA } }: Session): void {
    if (drawnA === null || this.#noncompliant.has(plan.bookingId)) return;
    this.#noncompliant.add(plan.bookingId);
    const { connectors, nowSec } = this.#parts;
    const lastError = `LimitIgnored: draws ${drawnA} A per phase, accepted ${acceptedA ?? 0} A`;
    connectors.seeHealth(plan.chargePointId, plan.connectorId, { lastError, lastErrorAt: nowSec() });
  }

  #setShare({ plan, current }: Session, shareA: number | null): void {
    if (current.shareA === shareA) return;
    this.#parts.sessions.apply(plan.bookingId, { type: 'share', shareA, at: this.#parts.nowSec() });
  }

  /** The current outside our sessions: the owner's own cars, and everything else that is charged. */
  #othersA(): number {
    const { connectors } = this.#parts;
    return connectors.all().reduce((sum, connector) => sum + this.#ownA(connector), 0);
  }

  #ownA({ chargePointId, connectorId, config, status, ownPower }: Connector): number {
    const { journal, sessions, nowSec } = this.#parts;
    const transaction = journal.newestTransaction(chargePointId, connectorId);
    const isOpen = transaction?.stopped === false && transaction.isOwner;
    const isOurs = sessions.liveOn(chargePointId, connectorId) !== undefined;
    const isTaken = isOpen || (!isOurs && status !== null && TAKES_POWER.has(status));
    if (!isTaken || status === 'Available') return 0;
    const fullA = fullCurrentA(config.maxPowerW, config.powerType);
    if (ownPower === null || nowSec() - ownPower.at > METERED_SEC) return fullA;
    return Math.min(fullA, fullCurrentA(ownPower.powerW, config.powerType) + METERED_SLACK_A);
  }
}
