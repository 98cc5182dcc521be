import fc from 'fast-check';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { CATALOGUES } from '../../protocol/allCatalogues.ts';
import type { Coded, ParamKind, ParamKinds } from '../../protocol/codes.ts';
import { notice } from '../../protocol/link.ts';
import { isSerious, NOTICES, type Notice, type NoticeCode } from '../../protocol/notices.ts';
import { type NoticeReader, renderNotice, renderSessionDetail } from '../../protocol/renderNotice.ts';
import { SESSION_DETAILS } from '../../protocol/session.ts';
import { address, forAll, uint, uintNumber } from './arbitraries.ts';

const CATALOGUE: Readonly<Record<string, string>> = CATALOGUES.en;

const READER: NoticeReader = {
  ...{ locale: 'en', timeZone: 'Europe/Berlin', as: 'driver' },
  token: { symbol: 'dUSD', decimals: 6 },
};

const BOOKING = `0x${'ab'.repeat(32)}` as const;

const saying = (code: string, params: Notice['params'], to: Notice['to'] = 'both'): Notice => ({
  ...{ listingId: BOOKING, bookingId: null, to, code, params, at: 1_800_000_000 },
});

const codes = Object.keys(NOTICES) as NoticeCode[];

const messagesOf = (code: string): string[] =>
  Object.keys(CATALOGUE).filter((id) => id.split('.')[1] === code && id.startsWith('notice.'));

/** The parameters that a message uses. */
function usedBy(message: string): Set<string> {
  const used = new Set<string>();
  const walk = (elements: ReturnType<IntlMessageFormat['getAst']>): void => {
    for (const element of elements) {
      if (!('value' in element) || element.type === 0) continue;
      used.add(element.value);
      if ('options' in element) for (const { value } of Object.values(element.options)) walk(value);
    }
  };
  walk(new IntlMessageFormat(message, 'en').getAst());
  return used;
}

/** What a message chooses between, such as the reasons of a pause. */
function choicesOf(message: string): string[] {
  const choices = new Set<string>();
  const walk = (elements: ReturnType<IntlMessageFormat['getAst']>): void => {
    for (const element of elements) {
      if (!('options' in element)) continue;
      for (const [choice, { value }] of Object.entries(element.options)) {
        choices.add(`${element.value} ${choice}`);
        walk(value);
      }
    }
  };
  walk(new IntlMessageFormat(message, 'en').getAst());
  return [...choices].sort();
}

const ANY: Record<Exclude<ParamKind, readonly string[]>, fc.Arbitrary<unknown>> = {
  time: uintNumber(40),
  timeOrNone: fc.option(uintNumber(40)),
  amount: uint(255).map(String),
  currentA: uintNumber(16),
  powerW: uintNumber(32),
  minutes: uintNumber(16),
  energyWh: uintNumber(32),
  flag: fc.boolean(),
  word: fc.string({ minLength: 1, maxLength: 80 }),
  quote: fc.string({ maxLength: 200 }),
  address,
};

const anyParams = (kinds: ParamKinds): fc.Arbitrary<Coded['params']> => {
  const anyOf = (kind: ParamKind) => (typeof kind === 'string' ? ANY[kind] : fc.constantFrom(...kind));
  const entries = Object.entries(kinds).map(([name, kind]) => [name, anyOf(kind)]);
  return fc.record(Object.fromEntries(entries)) as fc.Arbitrary<Coded['params']>;
};

describe('the catalogue', () => {
  it.each(codes)('has a message of %s for all whom it is for, and nobody else', (code) => {
    const { to } = NOTICES[code];
    const both = [`notice.${code}.driver`, `notice.${code}.host`];
    const own = messagesOf(code);
    expect(own.length).toBeGreaterThan(0);
    if (own.length > 1 || own[0] !== `notice.${code}`) expect([own, to]).toEqual([both, 'both']);
  });

  it('has no message without a code', () => {
    const ids = Object.keys(CATALOGUE).map((id) => id.split('.'));
    const unused = ids.filter(([kind, code = '']) => {
      if (code === 'unknown') return false;
      if (kind === 'session') return !(code in SESSION_DETAILS);
      return kind === 'notice' ? !(code in NOTICES) : kind !== 'amount';
    });
    expect(unused).toEqual([]);
  });

  it('says the same in every language, of the same values and the same choices', () => {
    for (const [language, catalogue] of Object.entries<Readonly<Record<string, string>>>(CATALOGUES)) {
      expect(Object.keys(catalogue), language).toEqual(Object.keys(CATALOGUE));
      for (const [id, message] of Object.entries(CATALOGUE)) {
        expect([...usedBy(catalogue[id]!)].sort(), `${language} ${id}`).toEqual([...usedBy(message)].sort());
        expect(choicesOf(catalogue[id]!), `${language} ${id}`).toEqual(choicesOf(message));
      }
    }
  });

  it.each(codes)('uses just the parameters of %s', (code) => {
    const used = new Set(messagesOf(code).flatMap((id) => [...usedBy(CATALOGUE[id]!)]));
    expect([...used].sort()).toEqual(Object.keys(NOTICES[code].params).sort());
  });

  it.each(Object.entries(SESSION_DETAILS))('uses just the parameters of the detail %s', (code, kinds) => {
    expect([...usedBy(CATALOGUE[`session.${code}`]!)].sort()).toEqual(Object.keys(kinds).sort());
  });

  it.each(codes)('renders %s whatever its parameters, for driver and host', (code) => {
    forAll([anyParams(NOTICES[code].params), fc.constantFrom('driver', 'host')], (params, as) => {
      const travelled = notice.parse(JSON.parse(JSON.stringify(saying(code, params))));
      const text = renderNotice(travelled, { ...READER, as: as as 'driver' | 'host' });
      expect(text).not.toMatch(/undefined|null|\[object|Invalid Date|does not know/);
      if ('amount' in params) expect(text).toMatch(/\d\.\d{2,6}\u00a0dUSD/);
    });
  });

  it('renders every detail of a session', () => {
    for (const [code, kinds] of Object.entries(SESSION_DETAILS)) {
      forAll([anyParams(kinds)], (params) => {
        expect(renderSessionDetail({ code, params }, READER)).toMatch(/^[A-Z].*\.$/);
      });
    }
    expect(renderSessionDetail(null, READER)).toBe('');
  });
});

describe('a notice', () => {
  it('shows moments in the time zone of its reader, and money in the token', () => {
    const soon = saying('UNPLUG_SOON', {
      ...{ slotEndsAt: 1_800_000_000, isSlotOver: false, closesAt: 1_800_000_900, isOverstayPriced: true },
    });
    const textIn = (timeZone: string) => renderNotice(soon, { ...READER, timeZone });
    expect(textIn('Europe/Berlin')).toBe(
      'Power ends at 09:00. Unplug the cable by 09:15: after that, overstay is charged.',
    );
    expect(textIn('America/New_York')).toBe(
      'Power ends at 03:00. Unplug the cable by 03:15: after that, overstay is charged.',
    );
    const risk = saying('CLAIM_AT_RISK', {
      ...{ action: 'claim', amount: '2500000', endsAt: 1_800_000_000, agentKey: `0x${'1'.repeat(40)}` },
    });
    expect(renderNotice(risk, READER)).toMatch(/^2\.50\u00a0dUSD is at risk: the claim .* Jan 15, 09:00\./);
    expect(renderNotice(risk, { ...READER, locale: 'en-GB' })).toContain('15 Jan, 09:00');
    expect(renderNotice(risk, { ...READER, locale: 'de-AT' })).toMatch(
      /^2,50\u00a0dUSD sind in Gefahr: .* 09:00\./,
    );
    expect(renderNotice(risk, { ...READER, locale: 'fr' })).toContain('Jan 15, 09:00');
    expect(renderNotice(risk, { ...READER, token: undefined })).toContain('2500000 token units is at risk');
  });

  it('for both reads differently for driver and host', () => {
    const busy = (to: Notice['to'], leavesAt: number | null) =>
      saying('CONNECTOR_BUSY', { startsAt: 1_800_000_000, leavesAt }, to);
    expect(renderNotice(busy('both', null), READER)).toMatch(/^Another car/);
    expect(renderNotice(busy('both', null), { ...READER, as: 'host' })).toMatch(/^A car is still/);
    expect(renderNotice(busy('host', 1_799_999_100), READER)).toMatch(/^A car that is booked until 08:45 /);
  });

  it('of an older agent is shown as that agent wrote it', () => {
    const text = 'The cable is still in: {move} <b>your</b> car.';
    expect(renderNotice(saying('RESUMED', { text }), READER)).toBe(text);
    expect(renderNotice(saying('BOOKING_BLOCKED', { reason: 'OCCUPIED', text }), READER)).toBe(text);
    expect(renderSessionDetail({ code: 'TEXT', params: { text } }, READER)).toBe(text);
  });

  it('of a newer agent is named where its code or a word is not known, and shown where parameters were added', () => {
    const unknown = 'The wallbox’s agent reports';
    expect(renderNotice(saying('SOLAR_SURPLUS', { powerW: 5 }), READER)).toContain(
      `${unknown} SOLAR_SURPLUS`,
    );
    const blocked = saying('BOOKING_BLOCKED', { startsAt: 1_800_000_000, reason: 'SNOW' });
    expect(renderNotice(blocked, READER)).toContain(`${unknown} BOOKING_BLOCKED`);
    expect(renderNotice(saying('SAFETY_STOP', {}), READER)).toContain(`${unknown} SAFETY_STOP`);
    const more = saying('SAFETY_STOP', { errorCode: 'GroundFailure', temperatureC: 20 });
    expect(renderNotice(more, READER)).toMatch(/^The wallbox reports GroundFailure:/);
    expect(renderSessionDetail({ code: 'SOLAR', params: {} }, READER)).toContain('SOLAR');
  });

  it('is serious by its code', () => {
    expect(codes.filter((code) => isSerious({ code }))).toContain('SAFETY_STOP');
    for (const code of ['RESUMED', 'PAID', 'SOLAR_SURPLUS']) expect(isSerious({ code })).toBe(false);
  });

  it('travels with flat parameters, few and short', () => {
    const good = saying('SAFETY_STOP', { errorCode: 'GroundFailure', isOver: false, n: 1, none: null });
    expect(notice.safeParse(good).success).toBe(true);
    const bad: object[] = [
      { ...good, code: 'safety' },
      { ...good, params: undefined },
      { ...good, params: { nested: {} } },
      { ...good, params: { 'no name': 1 } },
      { ...good, params: { long: 'x'.repeat(301) } },
      { ...good, params: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`p${n}`, n])) },
      { ...good, text: 'x' },
    ];
    for (const value of bad) expect([value, notice.safeParse(value).success]).toEqual([value, false]);
  });
});
