import type { SessionEvent } from '../../meter-agent/session/events.ts';
import { newSession, transition } from '../../meter-agent/session/transitions.ts';
import type { Effect, Plan, ReadingFacts, Session } from '../../meter-agent/session/types.ts';

type Loose<T> = T extends unknown ? Omit<T, 'at'> : never;

export interface ChargeOptions {
  powerW: number;
  /** How often the wallbox sends its register. */
  sampleSec: number;
  /** Whether the driver's device co-signs this reading. */
  cosigns: (reading: ReadingFacts) => boolean;
}

/** Watt-seconds in a Wh. */
const WH = 3_600;

/**
 * A charge with the meter agent's own session rules, second by second: the wallbox executes each command, the car
 * takes all power, and the driver's device co-signs by choice.
 */
export class SimulatedCharge {
  session: Session;
  nowSec: number;
  readonly readings: ReadingFacts[] = [];
  readonly cosigned: ReadingFacts[] = [];
  readonly #options: ChargeOptions;
  #wattSec = 0;
  #isPlugged = false;
  #isLimited = false;

  constructor(plan: Plan, nowSec: number, options: ChargeOptions) {
    this.session = newSession(plan);
    this.nowSec = nowSec;
    this.#options = options;
    this.#do({ type: 'connection', connected: true });
  }

  /** Energy that has actually flowed. */
  get deliveredWh(): number {
    return Math.floor(this.#wattSec / WH);
  }

  get final(): ReadingFacts {
    const final = this.readings.find(({ isFinal }) => isFinal);
    if (final === undefined) throw new Error('The charge is not over yet.');
    return final;
  }

  get newest(): ReadingFacts {
    const newest = this.cosigned.at(-1);
    if (newest === undefined) throw new Error('Nothing was co-signed.');
    return newest;
  }

  plug(): void {
    this.#isPlugged = true;
    this.#do({ type: 'connectorStatus', status: 'Preparing' });
  }

  /** Unplugs the cable. */
  unplug(): void {
    this.#isPlugged = false;
    this.#end('EVDisconnected');
    this.#do({ type: 'connectorStatus', status: 'Available' });
  }

  /** The agent has the start secret, from the driver's device or as a code. */
  start(): void {
    this.#do({ type: 'startSecretReceived', idTag: 'TAG' });
  }

  stop(): void {
    this.#do({ type: 'stopAsked' });
  }

  /** Lets time pass; calls `each` every second. */
  run(seconds: number, each?: () => void): void {
    for (let i = 0; i < seconds; i++) {
      this.nowSec++;
      const isCharging = this.session.transaction !== null && !this.#isLimited;
      if (isCharging) this.#wattSec += this.#options.powerW;
      if (this.session.transaction !== null && this.nowSec % this.#options.sampleSec === 0) this.#sample();
      this.#do({ type: 'tick' });
      each?.();
    }
  }

  /** The agent is down; the wallbox goes on charging, queues its messages, and sends them when the agent is back. */
  agentOutage(seconds: number, unplugAfterSec: number): void {
    if (this.session.transaction !== null && !this.#isLimited) {
      this.#wattSec += this.#options.powerW * unplugAfterSec;
    }
    const chargePointAt = this.nowSec + unplugAfterSec;
    this.nowSec += seconds;
    this.#isPlugged = false;
    this.#do({ type: 'connection', connected: false });
    this.nowSec++;
    this.#do({ type: 'connection', connected: true });
    this.#end('EVDisconnected', chargePointAt);
    this.#do({ type: 'connectorStatus', status: 'Available' });
  }

  #sample(): void {
    const event = {
      type: 'metered',
      transactionId: 1,
      registerWh: this.deliveredWh,
      powerW: null,
      chargePointAt: null,
    };
    this.#do(event as Loose<SessionEvent>);
  }

  #end(reason: string, chargePointAt: number | null = null): void {
    if (this.session.transaction === null) return;
    const event = {
      type: 'transactionStopped',
      transactionId: 1,
      meterStopWh: this.deliveredWh,
      reason,
      chargePointAt,
    };
    this.#do(event as Loose<SessionEvent>);
  }

  #do(event: Loose<SessionEvent>): void {
    const { session, effects } = transition(this.session, { ...event, at: this.nowSec } as SessionEvent);
    this.session = session;
    for (const effect of effects) this.#take(effect);
  }

  #take(effect: Effect): void {
    if (effect.do === 'remoteStart') this.#begin();
    else if (effect.do === 'remoteStop') {
      this.#do({ type: 'answered', command: 'stop', answer: this.#isPlugged ? 'accepted' : 'refused' });
      if (!this.#isPlugged) return;
      this.#end('Remote');
      this.#do({ type: 'connectorStatus', status: 'Finishing' });
    } else if (effect.do === 'limit') {
      this.#isLimited = effect.limitA === 0;
      this.#do({ type: 'answered', command: 'limit', limitA: effect.limitA, answer: 'accepted' });
    } else if (effect.do === 'reading') this.#read(effect.facts);
  }

  #begin(): void {
    this.#do({ type: 'answered', command: 'start', answer: 'accepted' });
    if (!this.#isPlugged) return;
    this.#do({
      type: 'transactionStarted',
      transactionId: 1,
      meterStartWh: this.deliveredWh,
      chargePointAt: null,
    });
  }

  #read(facts: ReadingFacts): void {
    this.readings.push(facts);
    if (!this.#options.cosigns(facts)) return;
    const { lastReading } = this.session;
    if (lastReading === null) throw new Error('The session forgot its reading.');
    this.cosigned.push(facts);
    this.#do({ type: 'cosigned', ...lastReading });
  }
}
