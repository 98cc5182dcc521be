import { expect, test } from 'vitest';
import type { ListingRecord } from '../../protocol/api.ts';
import { recordWords } from '../../server/web/booking/recordWords.ts';

const none: ListingRecord = {
  ...{ completedSessions: 0, energyWh: 0, canceledByHost: 0, canceledByDriver: 0 },
  ...{ noShows: 0, contestedNoShows: 0, expired: 0 },
};

test('a charger without a past says so, and nothing else', () => {
  expect(recordWords(none)).toEqual(['Nobody has charged here yet.']);
  // What drivers did says nothing about the host.
  expect(recordWords({ ...none, canceledByDriver: 3, noShows: 2 })).toHaveLength(1);
});

test('charges come first, then what a driver would want to know', () => {
  expect(recordWords({ ...none, completedSessions: 1, energyWh: 4_321, canceledByHost: 1 })).toEqual([
    'One charge so far, 4.32\u00a0kWh in all.',
    'The host cancelled one booking.',
  ]);
  expect(recordWords({ ...none, completedSessions: 12, expired: 2, contestedNoShows: 1 })).toEqual([
    '12 charges so far, 0.00\u00a0kWh in all.',
    '2 bookings ended without a report, and cost nothing.',
    'One booking ended with host and driver disagreeing about whether the driver came.',
  ]);
});
