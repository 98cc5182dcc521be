import { expect, test } from 'vitest';
import type { SessionEvent } from '../../meter-agent/session/types.ts';
import { type Loose, PLAN, Play } from './support/play.ts';

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
      wish: (['start', 'stop'] as const)[random(2)] ?? 'start',
      answer: answers[random(3)] ?? 'accepted',
    },
    { type: 'answered', wish: 'limit', limitA: random(2) * 16, answer: answers[random(3)] ?? 'refused' },
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
