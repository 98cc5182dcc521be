import type { SessionEvent } from '../../../meter-agent/session/events.ts';
import { transition } from '../../../meter-agent/session/transitions.ts';
import type { Effect, Plan } from '../../../meter-agent/session/types.ts';
import { charging, type Loose, PLAN, SessionHarness } from './session-harness.ts';

const { maxPowerW } = PLAN;

/** The energy of one second at full power, and a rounded Wh. */
export const TICK_WH = maxPowerW / 3_600 + 1;

/** For hours of seconds: without the conversion to JSON and back. */
class Quick extends SessionHarness {
  override do(event: Loose<SessionEvent>, afterSec = 0): Effect[] {
    this.at += afterSec;
    const step = transition(this.session, { ...event, at: this.at } as SessionEvent);
    this.session = step.session;
    this.effects.push(...step.effects);
    return step.effects;
  }
}

export const quick = (plan: Plan = PLAN): SessionHarness => charging(plan, new Quick(plan));

/** A charge point that obeys at once, and gives all that it may. Its meter is right, if it says anything. */
export class ObeyingChargePoint {
  readonly harness: SessionHarness;
  limitA = 16;
  flowedWs = 0;
  pauses = 0;
  /** What it does when it is asked for its meter. */
  readonly onAsked: () => void;
  asked = 0;

  constructor(harness: SessionHarness, onAsked: () => void = () => {}) {
    this.harness = harness;
    this.onAsked = onAsked;
  }

  get registerWh(): number {
    return 1_000 + Math.floor(this.flowedWs / 3_600);
  }

  obey(effects: Effect[]): void {
    for (const effect of effects) {
      if (effect.do === 'limit') {
        if (effect.limitA === 0 && this.limitA > 0) this.pauses += 1;
        this.limitA = effect.limitA;
        const { limitA } = effect;
        this.obey(this.harness.do({ type: 'answered', command: 'limit', limitA, answer: 'accepted' }));
      } else if (effect.do === 'readMeter') {
        this.asked += 1;
        this.onAsked();
      }
    }
  }

  second(): void {
    this.flowedWs += (maxPowerW * this.limitA) / 16;
    this.obey(this.harness.wait(1));
  }

  reportMeter(): void {
    this.obey(this.harness.metered(this.registerWh));
  }

  /** The same in Wh labelled kWh. */
  reportWrong(): void {
    this.obey(this.harness.metered(this.registerWh * 1_000));
  }

  cosign(): void {
    this.obey(this.harness.cosign());
  }
}
