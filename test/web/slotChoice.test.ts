import { describe, expect, it } from 'vitest';
import { ALWAYS } from '../../protocol/hours.ts';
import { SLOT_SEC } from '../../protocol/slots.ts';
import { hoursWords } from '../../server/web/booking/hoursWords.ts';
import {
  type Calendar,
  canBegin,
  firstBookable,
  freeRun,
  slotState,
  slotsOfDay,
} from '../../server/web/booking/slotChoice.ts';
import { maskOf } from '../../server/web/listing/hours.ts';
import { pageTerms } from './pageTerms.ts';

/** Sunday 2026-11-22 14:07:00 UTC, in the slot that began at 14:00. */
const NOW = Date.UTC(2026, 10, 22, 14, 7) / 1_000;
const SLOT = Math.floor(NOW / SLOT_SEC);

const calendar = (change: Partial<Calendar> = {}): Calendar => ({
  terms: pageTerms().bookingTerms,
  hours: ALWAYS,
  taken: new Set(),
  nowSec: NOW,
  ...change,
});

describe('slots to choose from', () => {
  it('begin with the present one where there is no lead time', () => {
    expect(slotState(calendar(), SLOT)).toBe('free');
    expect(slotState(calendar(), SLOT - 1)).toBe('closed');
    expect(firstBookable(calendar(), 4)).toBe(SLOT);
  });

  it('leave out a slot that ends, or whose lead time begins, before the booking can be on the ledger', () => {
    const end = (SLOT + 1) * SLOT_SEC;
    const hour = { ...pageTerms().bookingTerms, leadTimeMin: 60n };
    for (const [nowSec, first] of [
      [end - 60, SLOT],
      [end - 30, SLOT + 1],
    ] as const) {
      expect(firstBookable(calendar({ nowSec }), 1)).toBe(first);
      expect(slotState(calendar({ nowSec }), SLOT)).toBe(first === SLOT ? 'free' : 'closed');
      expect(firstBookable(calendar({ nowSec, terms: hour }), 1)).toBe(first + 5);
    }
  });

  it('begin after the lead time where there is one', () => {
    const terms = { ...pageTerms().bookingTerms, leadTimeMin: 60n };
    expect(firstBookable(calendar({ terms }), 1)).toBe(SLOT + 5);
  });

  it('end at the horizon', () => {
    const terms = { ...pageTerms().bookingTerms, horizonSlots: 8n, maxSlots: 8n };
    expect(slotState(calendar({ terms }), SLOT + 7)).toBe('free');
    expect(slotState(calendar({ terms }), SLOT + 8)).toBe('closed');
    expect(freeRun(calendar({ terms }), SLOT + 5)).toBe(3);
  });

  it('leave out taken slots, and bookings that would overlap them', () => {
    const taken = new Set([SLOT + 3]);
    expect(slotState(calendar({ taken }), SLOT + 3)).toBe('taken');
    expect(canBegin(calendar({ taken }), SLOT, 3)).toBe(true);
    expect(canBegin(calendar({ taken }), SLOT, 4)).toBe(false);
    expect(firstBookable(calendar({ taken }), 4)).toBe(SLOT + 4);
  });

  it('respect the weekly hours', () => {
    const hours = { ...ALWAYS, mask: maskOf((day) => day === 0, 8, 10) };
    const first = firstBookable(calendar({ hours }), 8);
    expect(first! * SLOT_SEC * 1_000).toBe(Date.UTC(2026, 10, 23, 8));
    expect(firstBookable(calendar({ hours }), 9)).toBeUndefined();
  });

  it('cover the day in the reader’s time zone', () => {
    const day = slotsOfDay(NOW, 1);
    const start = new Date(day[0]! * SLOT_SEC * 1_000);
    expect([start.getHours(), start.getMinutes(), start.getDate()]).toEqual([0, 0, 23]);
    expect(day.length).toBeGreaterThanOrEqual(92);
  });
});

describe('weekly hours in words', () => {
  it('join consecutive days with the same hours', () => {
    const mask = maskOf((day) => day < 5, 8, 17) | maskOf((day) => day === 6, 0, 24);
    expect(hoursWords({ ...ALWAYS, mask })).toBe('Open Mon–Fri 8–17; Sun all day (charger’s local time).');
  });

  it('are short when it is always open', () => {
    expect(hoursWords(ALWAYS)).toBe('Always open.');
  });
});
