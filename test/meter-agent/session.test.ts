import { expect, test } from 'vitest';
import { fromJson, toJson } from '../../meter-agent/json.ts';
import { newSession, transition } from '../../meter-agent/session/transitions.ts';
import type { Effect, Plan, Session, SessionEvent } from '../../meter-agent/session/types.ts';
import { visitOf } from '../../meter-agent/session/visit.ts';

const START = 1_800_000_000;
const END = START + 3_600;
const CLOSES = END + 900;

/** 0.30 per kWh with 6 decimals: 100 Wh cost 30,000, 5,000 Wh cost 1,500,000. */
const PLAN: Plan = {
  bookingId: `0x${'ab'.repeat(32)}`,
  listingId: `0x${'cd'.repeat(32)}`,
  chargePointId: 'CP1',
  connectorId: 1,
  sessionKey: `0x${'11'.repeat(20)}`,
  limits: {
    tariff: {
      pricePerKwh: 300_000n,
      pricePerHour: 0n,
      overstayPerHour: 0n,
      flatFee: 0n,
      overstayReserve: 0n,
    },
    cap: 3_000_000n,
    unsignedCost: 1_500_000n,
    firstUnsignedCost: 30_000n,
  },
  maxPowerW: 11_000,
  times: {
    opens: START - 900,
    start: START,
    end: END,
    closes: CLOSES,
    cancelBy: START - 900,
    noShowFrom: START + 1_800,
    reportBy: CLOSES + 600,
  },
};

type Loose<T> = T extends unknown ? Omit<T, 'at'> : never;

/** Plays events against one session; each on the journal's own terms: pure, and back from JSON. */
class Play {
  session: Session;
  at = START;
  effects: Effect[] = [];

  constructor(plan: Plan = PLAN) {
    this.session = newSession(plan);
  }

  do(event: Loose<SessionEvent>, afterSec = 0): Effect[] {
    this.at += afterSec;
    const step = transition(fromJson<Session>(toJson(this.session)), {
      ...event,
      at: this.at,
    } as SessionEvent);
    this.session = step.session;
    this.effects.push(...step.effects);
    return step.effects;
  }

  wait(seconds: number): Effect[] {
    return Array.from({ length: seconds }, () => this.do({ type: 'tick' }, 1)).flat();
  }

  metered(registerWh: number, afterSec = 0): Effect[] {
    return this.do({ type: 'metered', transactionId: 1, registerWh, powerW: null, boxAt: null }, afterSec);
  }

  stopped(meterStopWh: number, reason: string | null = 'Remote', transactionId = 1): Effect[] {
    return this.do({ type: 'transactionStopped', transactionId, meterStopWh, reason, boxAt: null });
  }

  begin(meterStartWh = 1_000, transactionId = 1): Effect[] {
    return this.do({ type: 'transactionStarted', transactionId, meterStartWh, boxAt: null });
  }

  /** Co-signs the newest reading, as the driver's device would. */
  cosign(): Effect[] {
    const { lastReading } = this.session;
    if (lastReading === null) throw new Error('nothing to co-sign');
    return this.do({ type: 'cosigned', ...lastReading });
  }

  get readings() {
    return this.effects.flatMap((e) => (e.do === 'reading' ? [e.facts] : []));
  }

  get finals() {
    return this.readings.filter((r) => r.isFinal);
  }
}

/** Charging at 1,000 Wh register, seq 0 co-signed. */
function charging(plan: Plan = PLAN): Play {
  const play = new Play(plan);
  play.do({ type: 'connectorStatus', status: 'Preparing' });
  play.do({ type: 'connection', connected: true });
  play.do({ type: 'handedOver', idTag: 'TAG' });
  play.begin();
  play.cosign();
  return play;
}

const wishes = (effects: Effect[]) => effects.map((e) => e.do).filter((d) => d !== 'reading' && d !== 'note');

test('nothing happens before the start is handed over', () => {
  const play = new Play();
  play.do({ type: 'connection', connected: true });
  play.do({ type: 'connectorStatus', status: 'Preparing' });
  play.begin();
  play.do({ type: 'stopAsked' });
  play.wait(10);
  expect(play.session.phase).toBe('BOOKED');
  expect(play.effects).toEqual([]);
  expect(visitOf(play.session)).toBeUndefined();
});

test('plug first: the box is asked at once, and again only when it does not begin', () => {
  const play = new Play();
  play.do({ type: 'connectorStatus', status: 'Preparing' });
  play.do({ type: 'connection', connected: true });
  expect(wishes(play.do({ type: 'handedOver', idTag: 'TAG' }))).toEqual(['remoteStart']);
  play.do({ type: 'answered', wish: 'start', answer: 'accepted' });
  expect(wishes(play.wait(59))).toEqual([]);
  expect(wishes(play.wait(1))).toEqual(['remoteStart']);
  play.do({ type: 'answered', wish: 'start', answer: 'unreachable' });
  expect(wishes(play.wait(15))).toEqual(['remoteStart']);
});

test('app first: the driver is asked for the plug, the box is asked again when it comes', () => {
  const play = new Play();
  play.do({ type: 'connectorStatus', status: 'Available' });
  play.do({ type: 'connection', connected: true });
  play.do({ type: 'handedOver', idTag: 'TAG' });
  expect(visitOf(play.session)?.state).toBe('WAITING_FOR_PLUG');
  play.do({ type: 'answered', wish: 'start', answer: 'accepted' });
  expect(wishes(play.wait(600))).toEqual([]);
  expect(wishes(play.do({ type: 'connectorStatus', status: 'Preparing' }))).toEqual([]);
  expect(wishes(play.wait(10))).toEqual(['remoteStart']);
});

test('a refused start is asked for again at the plug without delay', () => {
  const play = new Play();
  play.do({ type: 'connectorStatus', status: 'Available' });
  play.do({ type: 'connection', connected: true });
  play.do({ type: 'handedOver', idTag: 'TAG' });
  play.do({ type: 'answered', wish: 'start', answer: 'refused' });
  expect(wishes(play.do({ type: 'connectorStatus', status: 'Preparing' }))).toEqual(['remoteStart']);
});

test('a box that is away is asked when it comes back', () => {
  const play = new Play();
  play.do({ type: 'handedOver', idTag: 'TAG' });
  expect(wishes(play.wait(30))).toEqual([]);
  expect(wishes(play.do({ type: 'connection', connected: true }))).toEqual(['remoteStart']);
});

test('the first reading is seq 0 at 0 Wh, then every 25 Wh or 10 s until a co-signature above 0 Wh', () => {
  const play = charging();
  expect(play.readings).toEqual([
    { seq: 0, energyWh: 0, beganAt: START, endedAt: START, overstaySec: 0, isFinal: false },
  ]);
  play.metered(1_003, 2);
  expect(play.readings).toHaveLength(1);
  play.wait(8);
  expect(play.readings.at(-1)).toMatchObject({ seq: 1, energyWh: 3 });
  play.metered(1_028, 9);
  expect(play.readings.at(-1)).toMatchObject({ seq: 2, energyWh: 28 });
});

test('after it every 60 s or 250 Wh, and only when there is something new', () => {
  const rich = { ...PLAN.limits, firstUnsignedCost: 1_500_000n };
  const play = charging({ ...PLAN, limits: rich });
  play.metered(1_030, 10);
  play.cosign();
  const made = play.readings.length;
  play.metered(1_100, 30);
  expect(play.readings).toHaveLength(made);
  play.wait(30);
  expect(play.readings).toHaveLength(made + 1);
  play.wait(300);
  expect(play.readings).toHaveLength(made + 1);
  play.metered(1_360);
  expect(play.readings.at(-1)).toMatchObject({ energyWh: 360 });
});

test('pauses above the first unsigned limit, resumes with the signature', () => {
  const play = charging();
  play.metered(1_100, 40);
  expect(play.session.pause).toBe('none');
  expect(play.metered(1_101, 1)).toContainEqual({ do: 'limit', transactionId: 1, limitA: 0 });
  play.do({ type: 'answered', wish: 'limit', answer: 'accepted' });
  expect(play.session.pause).toBe('limited');
  expect(visitOf(play.session)?.state).toBe('PAUSED');
  play.wait(11);
  expect(play.cosign()).toContainEqual({ do: 'limit', transactionId: 1, limitA: null });
  expect(visitOf(play.session)?.state).toBe('CHARGING');
});

test('trust grows with what was co-signed, up to the signed limit', () => {
  const play = charging({ ...PLAN, limits: { ...PLAN.limits, cap: 30_000_000n } });
  for (const upToWh of [90, 180, 360, 720, 1_440, 2_880, 5_760]) {
    play.at = START + Math.ceil((upToWh * 3_600) / PLAN.maxPowerW) + 1;
    play.metered(1_000 + upToWh);
    expect(play.session.pause, `at ${upToWh} Wh`).toBe('none');
    play.cosign();
  }
  play.at += 1_700;
  play.metered(1_000 + 5_760 + 5_001);
  expect(play.session.pause).toBe('asked');
});

test('a box that refuses profiles is paused by a stop and started again', () => {
  const play = charging();
  play.do({ type: 'answered', wish: 'start', answer: 'accepted' });
  play.metered(1_120, 40);
  expect(wishes(play.do({ type: 'answered', wish: 'limit', answer: 'refused' }))).toEqual(['remoteStop']);
  play.stopped(1_124);
  expect(play.session.phase).toBe('STARTING');
  expect(play.finals).toEqual([]);
  expect(visitOf(play.session)?.state).toBe('PAUSED');
  expect(wishes(play.wait(5))).toEqual([]);
  expect(wishes(play.cosign())).toEqual(['remoteStart']);
  play.do({ type: 'transactionStarted', transactionId: 2, meterStartWh: 1_124, boxAt: null });
  play.do({ type: 'metered', transactionId: 2, registerWh: 1_150, powerW: null, boxAt: null }, 30);
  expect(play.session.pause).toBe('none');
  expect(play.session.doneWh).toBe(124);
  play.do({ type: 'stopAsked' });
  play.stopped(1_160, 'Remote', 2);
  expect(play.finals).toMatchObject([{ energyWh: 160 }]);
});

test('a cable taken out while a pause by stop is under way ends the visit', () => {
  const play = charging();
  play.metered(1_120, 60);
  play.do({ type: 'answered', wish: 'limit', answer: 'refused' });
  play.stopped(1_124, 'EVDisconnected');
  expect(play.finals).toMatchObject([{ energyWh: 124 }]);
});

test('a limit that could not be taken away is taken away when the line is back', () => {
  const play = charging();
  play.metered(1_120, 60);
  play.do({ type: 'answered', wish: 'limit', answer: 'accepted' });
  const lift = { do: 'limit', transactionId: 1, limitA: null };
  expect(play.cosign()).toContainEqual(lift);
  play.do({ type: 'answered', wish: 'lift', answer: 'unreachable' });
  play.do({ type: 'connection', connected: false });
  expect(play.do({ type: 'connection', connected: true })).toContainEqual(lift);
  play.do({ type: 'answered', wish: 'lift', answer: 'accepted' });
  expect(wishes(play.wait(60))).toEqual([]);
  expect(play.session.pause).toBe('none');
});

test('a signature that comes before the box refuses 0 A ends the pause, not the transaction', () => {
  const play = charging();
  play.metered(1_120, 60);
  play.cosign();
  play.do({ type: 'answered', wish: 'limit', answer: 'refused' });
  expect(wishes(play.do({ type: 'answered', wish: 'lift', answer: 'refused' }))).toEqual([]);
  expect(play.session).toMatchObject({ phase: 'CHARGING', pause: 'none' });
});

test('a box that accepts 0 A and still gives power is stopped', () => {
  const play = charging();
  play.metered(1_120, 60);
  play.do({ type: 'answered', wish: 'limit', answer: 'accepted' });
  expect(wishes(play.metered(1_260, 60))).toEqual(['remoteStop']);
});

test('silence to a limit is asked about again', () => {
  const play = charging();
  play.metered(1_120, 60);
  play.do({ type: 'answered', wish: 'limit', answer: 'unreachable' });
  expect(wishes(play.wait(15))).toContain('limit');
});

test('stops at the cap, time included', () => {
  const tariff = { ...PLAN.limits.tariff, pricePerHour: 3_000_000n };
  const play = charging({
    ...PLAN,
    limits: { ...PLAN.limits, tariff, cap: 100_000n, unsignedCost: 10n ** 9n, firstUnsignedCost: 10n ** 9n },
  });
  play.wait(119);
  expect(play.session.phase).toBe('CHARGING');
  expect(wishes(play.wait(1))).toEqual(['remoteStop']);
  expect(play.session.stopCause).toBe('cap');
});

test('the overstay reserve of the cap is not for energy', () => {
  const tariff = { ...PLAN.limits.tariff, overstayReserve: 2_970_000n };
  const play = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  play.metered(1_099, 60);
  expect(play.session.stopCause).toBeNull();
  play.metered(1_100, 1);
  expect(play.session.stopCause).toBe('cap');
});

test('stops at the end of the slot, and the final reading is made once', () => {
  const play = charging();
  play.at = END - 1;
  expect(wishes(play.wait(1))).toContain('remoteStop');
  play.stopped(1_000);
  play.wait(60);
  play.do({ type: 'stopAsked' });
  play.stopped(1_000);
  expect(play.finals).toHaveLength(1);
  expect(play.session.phase).toBe('FINAL');
});

test('a start that nobody plugged in ends by a final reading of zero', () => {
  const play = new Play();
  play.do({ type: 'handedOver', idTag: 'TAG' });
  play.at = END - 1;
  play.wait(1);
  expect(play.finals).toEqual([
    { seq: 0, energyWh: 0, beganAt: END, endedAt: END, overstaySec: 0, isFinal: true },
  ]);
});

test('the stop register counts into the final reading', () => {
  const play = charging();
  play.metered(1_020, 20);
  play.do({ type: 'stopAsked' }, 5);
  play.stopped(1_031);
  expect(play.finals).toMatchObject([{ energyWh: 31, seq: play.readings.length - 1 }]);
});

test('no MeterValues at all: start and stop registers are enough', () => {
  const play = charging();
  play.at = START + 600;
  play.stopped(1_800, 'EVDisconnected');
  expect(play.finals).toMatchObject([{ energyWh: 800, endedAt: START + 600 }]);
});

test('billed energy keeps to listed power × time', () => {
  const play = charging();
  play.at = START + 36;
  play.stopped(1_111, 'EVDisconnected');
  expect(play.finals[0]?.energyWh).toBe(110);
});

test('a power cut at the box is no end: the next transaction of the same tag goes on', () => {
  const play = charging();
  play.metered(1_040, 30);
  play.stopped(1_041, 'PowerLoss');
  expect(play.session.phase).toBe('STARTING');
  play.do({ type: 'transactionStarted', transactionId: 2, meterStartWh: 1_041, boxAt: null }, 60);
  play.do({ type: 'stopAsked' }, 60);
  play.stopped(1_050, 'Remote', 2);
  expect(play.finals).toMatchObject([{ energyWh: 50 }]);
});

test('a transaction that the box forgot is closed by its next one', () => {
  const play = charging();
  play.metered(1_040, 30);
  play.begin(1_040, 2);
  play.do({ type: 'metered', transactionId: 2, registerWh: 1_060, powerW: null, boxAt: null }, 30);
  expect(play.session.doneWh + (play.session.transaction?.register.creditedWh ?? 0)).toBe(60);
});

test('values of another transaction are not billed', () => {
  const play = charging();
  play.do({ type: 'metered', transactionId: 9, registerWh: 1_500, powerW: null, boxAt: null }, 60);
  play.stopped(5_000, null, 9);
  expect(play.session.transaction?.register.creditedWh).toBe(0);
});

test('an unplug without StopTransaction ends the visit after a moment', () => {
  const play = charging();
  play.metered(1_040, 30);
  play.do({ type: 'connectorStatus', status: 'Charging' });
  play.do({ type: 'connectorStatus', status: 'Available' });
  expect(wishes(play.wait(10))).toEqual(['remoteStop']);
  play.do({ type: 'answered', wish: 'stop', answer: 'refused' });
  play.wait(10);
  expect(play.finals).toMatchObject([{ energyWh: 40 }]);
});

test('a box that never answers the stop is not waited for for ever', () => {
  const play = charging();
  play.metered(1_040, 30);
  play.do({ type: 'stopAsked' });
  play.wait(59);
  expect(play.finals).toEqual([]);
  play.wait(1);
  expect(play.finals).toMatchObject([{ energyWh: 40 }]);
});

test('overstay is counted from closes while the car stands there', () => {
  const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600_000n, overstayReserve: 1_000_000n };
  const play = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  play.at = END - 1;
  play.wait(1);
  play.stopped(1_000);
  play.do({ type: 'connectorStatus', status: 'Finishing' });
  play.at = CLOSES;
  play.wait(119);
  expect(play.finals).toEqual([]);
  play.do({ type: 'connectorStatus', status: 'Available' }, 1);
  expect(play.finals).toMatchObject([{ overstaySec: 120 }]);
});

test('overstay ends the visit while there is time left to report', () => {
  const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600n, overstayReserve: 1_000_000n };
  const play = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  play.at = END - 1;
  play.wait(1);
  play.stopped(1_000);
  play.do({ type: 'connectorStatus', status: 'Finishing' });
  play.at = CLOSES + 299;
  play.wait(1);
  expect(play.finals).toMatchObject([{ overstaySec: 300 }]);
});

test('the driver stop makes the final reading although the car stands there', () => {
  const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600_000n, overstayReserve: 1_000_000n };
  const play = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  play.do({ type: 'connectorStatus', status: 'Finishing' });
  play.do({ type: 'stopAsked' }, 60);
  play.stopped(1_010);
  expect(play.finals).toHaveLength(1);
});

test('a booking that the ledger ended gives no more power', () => {
  const play = charging();
  expect(wishes(play.do({ type: 'ledgerEnded' }, 20))).toEqual(['remoteStop']);
  play.stopped(1_050);
  expect(play.session).toMatchObject({ phase: 'ENDED', transaction: null });
  expect(play.finals).toEqual([]);
});

test('a ledger that lost the end brings a finished session back to its final reading', () => {
  const play = charging();
  play.do({ type: 'stopAsked' }, 10);
  play.stopped(1_010);
  play.do({ type: 'ledgerEnded' });
  expect(visitOf(play.session)?.state).toBe('SETTLED');
  play.do({ type: 'ledgerLost' });
  expect(play.session.phase).toBe('FINAL');
});

test("a wallbox's clock counts for what it kept while the line was down, where it is possible", () => {
  const stop = { type: 'transactionStopped', transactionId: 1, meterStopWh: 1_010, reason: 'Local' } as const;
  const endedAt = (boxAt: number, wasAway: boolean) => {
    const play = charging();
    if (wasAway) play.do({ type: 'connection', connected: false }, 20);
    if (wasAway) play.do({ type: 'connection', connected: true }, 70);
    play.at = START + 100;
    play.do({ ...stop, boxAt });
    return (play.finals[0]?.endedAt ?? 0) - START;
  };
  expect(endedAt(START + 40, true)).toBe(40);
  expect(endedAt(START + 40, false)).toBe(100);
  expect(endedAt(START + 95, true)).toBe(100);
  expect(endedAt(0, true)).toBe(100);
  expect(endedAt(START + 10_000, true)).toBe(100);
});

/** Every event in every phase: nothing throws, and the rules that money hangs on hold. */
test('seeded storms of events: seq rises by one, final is last and once, energy and time never fall', () => {
  let seed = 20_261_122;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed % below;
  };
  const statuses = [
    'Available',
    'Preparing',
    'Charging',
    'SuspendedEV',
    'SuspendedEVSE',
    'Finishing',
    'Faulted',
  ] as const;
  const answers = ['accepted', 'refused', 'unreachable'] as const;
  const events = (play: Play): Loose<SessionEvent>[] => [
    { type: 'handedOver', idTag: 'TAG' },
    { type: 'connection', connected: random(2) === 0 },
    { type: 'connectorStatus', status: statuses[random(statuses.length)] ?? 'Available' },
    { type: 'transactionStarted', transactionId: random(3), meterStartWh: random(2_000), boxAt: null },
    {
      type: 'metered',
      transactionId: random(3),
      registerWh: random(3_000),
      powerW: random(11_000),
      boxAt: play.at - random(50),
    },
    {
      type: 'transactionStopped',
      transactionId: random(3),
      meterStopWh: random(3_000),
      reason: random(2) ? 'Reboot' : null,
      boxAt: null,
    },
    ...(play.session.lastReading === null
      ? []
      : [{ type: 'cosigned' as const, ...play.session.lastReading }]),
    ...(random(40) === 0 ? [{ type: 'stopAsked' as const }] : []),
    {
      type: 'answered',
      wish: (['start', 'limit', 'lift', 'stop'] as const)[random(4)] ?? 'start',
      answer: answers[random(3)] ?? 'accepted',
    },
    { type: 'tick' },
  ];
  for (let run = 0; run < 150; run++) {
    const play = new Play();
    for (let step = 0; step < 120; step++) {
      const all = events(play);
      play.do(all[random(all.length)] as Loose<SessionEvent>, random(20));
    }
    play.readings.forEach((reading, index) => {
      const before = play.readings[index - 1];
      expect(reading.seq).toBe(index);
      expect(reading.endedAt).toBeGreaterThanOrEqual(reading.beganAt);
      expect(reading.energyWh * 3_600).toBeLessThanOrEqual(
        PLAN.maxPowerW * (reading.endedAt - reading.beganAt),
      );
      if (before === undefined) return;
      expect(before.isFinal).toBe(false);
      expect(reading.energyWh).toBeGreaterThanOrEqual(before.energyWh);
      expect(reading.endedAt).toBeGreaterThanOrEqual(before.endedAt);
      expect(reading.beganAt).toBe(before.beganAt);
    });
  }
});
