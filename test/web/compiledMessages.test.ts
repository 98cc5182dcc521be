import { IntlMessageFormat } from 'intl-messageformat';
import { expect, it } from 'vitest';
import { compiledMessages } from '../../server/web/compiledMessages.ts';

const transform = compiledMessages().transform as (code: string, id: string) => string | undefined;

it('compiles catalogues alone, into what renders as the messages do', () => {
  const message =
    'At {at, time, ::HHmm}: {n, plural, one {# car} other {# cars}} {who, select, a {A} other {B}}';
  const code = JSON.stringify({ 'notice.X': message });
  const compiled = JSON.parse(transform(code, '/x/protocol/messages/en.json') ?? '{}');
  const values = { at: new Date(1_800_000_000_000), n: 2, who: 'a' };
  const text = new IntlMessageFormat(compiled['notice.X'], 'en').format(values);
  expect(text).toBe(new IntlMessageFormat(message, 'en').format(values));
  expect(text).toContain('2 cars A');
  for (const id of ['/x/protocol/messages/en.ts', '/x/protocol/other.json']) {
    expect(transform(code, id)).toBeUndefined();
  }
});

it('leaves a message of the page as text where it takes nothing, with its escapes resolved', () => {
  const code = JSON.stringify({ a: "It''s free", b: 'For {n}' });
  const compiled = JSON.parse(transform(code, '/x/server/web/messages/en/app.json') ?? '{}');
  expect(compiled.a).toBe("It's free");
  expect(new IntlMessageFormat(compiled.b, 'en').format({ n: 'you' })).toBe('For you');
});
