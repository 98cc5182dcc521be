import { zeroHash } from 'viem';
import { describe, expect, it } from 'vitest';
import type { HostedHealth } from '../../protocol/api.ts';
import { FORWARD_AWAY_REASONS, type ForwardAwayReason } from '../../protocol/link.ts';
import type { Notice } from '../../protocol/notices.ts';
import { blockReasonOf } from '../../server/web/charging/blockReason.ts';
import { healthWords } from '../../server/web/listing/healthWords.ts';

const NOW = 1_800_000_000;
const WELL: HostedHealth = {
  ...{ listingId: zeroHash, status: 'AVAILABLE', receivedAt: NOW - 20, linkedAt: NOW - 3_600 },
  health: { voltageV: 231, temperatureC: -4, firmware: '1.2', clockOffsetSec: 30 },
};
const words = (change: Partial<HostedHealth> = {}) => healthWords({ ...WELL, ...change }, NOW);

describe('the health of a charger, in words for its host', () => {
  it('is good, with the figures of the wallbox in their units', () => {
    expect(words()).toMatchObject({
      ...{ state: 'WELL', warnings: [] },
      figures: ['231\u00a0V', '-4\u00a0°C inside', 'firmware 1.2', 'clock correct'],
    });
    expect(words({ health: null })).toMatchObject({ state: 'WELL', figures: [], warnings: [] });
  });

  it.each([
    ['NEVER', { receivedAt: null, status: null, linkedAt: null, health: null }],
    ['SILENT', { linkedAt: null }],
    ['SILENT', { receivedAt: NOW - 91 }],
    ['WALLBOX_OFFLINE', { status: 'UNKNOWN' }],
    ['FAULTY', { status: 'OUTOFORDER', health: { lastError: 'GroundFailure' } }],
    ['FAULTY', { status: 'INOPERATIVE' }],
  ] as const)('is %s according to the last report', (state, change) => {
    expect(words(change).state).toBe(state);
  });

  it('names a present fault in its title, and a past one below it', () => {
    const health = { lastError: 'GroundFailure', lastErrorAt: NOW - 60 };
    const faulty = words({ status: 'OUTOFORDER', health });
    expect(faulty.title).toContain('current leaks to earth (GroundFailure)');
    expect(faulty.warnings).toEqual([]);
    expect(words({ health }).warnings).toMatchObject([expect.stringContaining('Last error: ground fault')]);
    expect(words({ status: 'OUTOFORDER', health: { lastError: 'E-17' } }).title).toContain('E-17');
  });

  it('warns of a clock that is wrong by more than a minute', () => {
    const warning = (clockOffsetSec: number) => words({ health: { clockOffsetSec } }).warnings;
    expect(warning(60)).toEqual([]);
    expect(warning(-180)).toMatchObject([expect.stringContaining('3 min behind')]);
    expect(warning(7_200)).toMatchObject([expect.stringContaining('2 h ahead')]);
  });
});

describe('the other central system of a charger', () => {
  const since = NOW - 7_200;

  it('is a figure while it is on, a warning with the reason while it is away', () => {
    const { figures, warnings } = words({ health: { forward: { isOn: true, since } } });
    expect(figures).toMatchObject([expect.stringContaining('other central system connected since')]);
    expect(warnings).toEqual([]);
    const away = (reason: ForwardAwayReason) =>
      words({ health: { forward: { isOn: false, since, reason } } });
    expect(away('WRONG_PASSWORD')).toMatchObject({
      ...{ state: 'WELL', figures: [] },
      warnings: [expect.stringMatching(/away since .*: it refuses the password/)],
    });
    const told = FORWARD_AWAY_REASONS.map((reason) => away(reason).warnings);
    expect(new Set(told.flat()).size).toBe(FORWARD_AWAY_REASONS.length - 1);
    // The wallbox itself is away, which is said by the title.
    expect(away('NO_WALLBOX').warnings).toEqual([]);
  });
});

describe('the block reason of a booking', () => {
  const noticeOf = (code: string, params: Notice['params'] = {}) => ({ code, params }) as Notice;
  const blocked = (reason: string) => noticeOf('BOOKING_BLOCKED', { reason });
  const paused = noticeOf('PAUSED_SITE_LIMIT');

  it('is in the newest notice about it', () => {
    expect(blockReasonOf([])).toBeUndefined();
    expect(blockReasonOf([paused, blocked('OCCUPIED')])).toBe('OCCUPIED');
    expect(blockReasonOf([blocked('FAULT'), blocked('OCCUPIED')])).toBe('FAULT');
    expect(blockReasonOf([noticeOf('BOOKING_UNBLOCKED'), blocked('OCCUPIED')])).toBeUndefined();
    expect(blockReasonOf([blocked('SNOW')])).toBeUndefined();
  });
});
