import { expect, test } from 'vitest';
import { counted } from '../../audit/lib/counted.ts';

test('one thing has no plural', () => {
  expect([0, 1, 2].map((count) => counted(count, 'booking'))).toEqual([
    '0 bookings',
    '1 booking',
    '2 bookings',
  ]);
  expect(counted(1, 'discrepancy', 'discrepancies')).toBe('1 discrepancy');
  expect(counted(3, 'discrepancy', 'discrepancies')).toBe('3 discrepancies');
});
