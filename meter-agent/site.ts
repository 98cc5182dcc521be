import type { Connector, Connectors } from './connectors.ts';
import type { Journal } from './journal.ts';
import { fullCurrentA } from './plan.ts';
import { isOver } from './session/phases.ts';
import { type Claim, grantedShares, leastA } from './session/shares.ts';
import type { Session } from './session/types.ts';
import type { Sessions } from './sessions.ts';

export interface SiteParts {
  /** What all wallboxes may take together, in A per phase; undefined where nothing limits them. */
  siteLimitA: number | undefined;
  journal: Pick<Journal, 'newestTransaction'>;
  sessions: Sessions;
  connectors: Connectors;
  nowSec: () => number;
}

/** What the meter said of a charge that is no session is good for so long. */
const METERED_SEC = 60;
/** A car may take a little more before its meter says so. */
const METERED_SLACK_A = 1;

const TAKES_POWER = new Set(['Charging', 'SuspendedEV', 'SuspendedEVSE']);

/** What a session's box may be drawing now. A box that was told no limit yet keeps to what its start carried. */
const heldA = ({ transaction, plan, current }: Session): number =>
  transaction === null
    ? 0
    : (current.acceptedA ?? (current.isRefused ? plan.fullCurrentA : (current.shareA ?? plan.fullCurrentA)));

/** Shares the house connection among all wallboxes of the site. */
export class Site {
  readonly #parts: SiteParts;
  #isBusy = false;

  constructor(parts: SiteParts) {
    this.#parts = parts;
  }

  /** After every change of a session or a connector, and each second. */
  review(): void {
    const { siteLimitA, sessions } = this.#parts;
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      const all = sessions.all();
      // Nobody starts at full current before there is a share, nor keeps one when there is no limit any more.
      const before = siteLimitA === undefined ? null : 0;
      for (const s of all) if (s.phase === 'BOOKED' || before === null) this.#grant(s, before);
      if (siteLimitA !== undefined) this.#share(siteLimitA, all);
    } finally {
      this.#isBusy = false;
    }
  }

  #share(siteLimitA: number, all: Session[]): void {
    const running = all
      .filter(({ phase }) => phase === 'STARTING' || phase === 'CHARGING')
      .sort((a, b) => (a.handedOverAt ?? 0) - (b.handedOverAt ?? 0));
    const ending = all.filter((s) => s.transaction !== null && (s.phase === 'STOPPING' || isOver(s)));
    const takenA = ending.reduce((sum, s) => sum + heldA(s), this.#othersA());
    const claims = running.map((s): Claim => {
      const { fullCurrentA: fullA } = s.plan;
      const { isRefused, shareA } = s.current;
      return { fullA, leastA: leastA(fullA, !isRefused), heldA: heldA(s), shareA: shareA ?? fullA };
    });
    const shares = grantedShares(Math.max(0, siteLimitA - takenA), claims);
    running.forEach((s, i) => {
      this.#grant(s, shares[i] ?? 0);
    });
  }

  #grant({ plan, current }: Session, shareA: number | null): void {
    if (current.shareA === shareA) return;
    this.#parts.sessions.apply(plan.bookingId, { type: 'share', shareA, at: this.#parts.nowSec() });
  }

  /** What flows beside our sessions: the owner's own cars, and whatever else a box gives power to. */
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
