import fc from 'fast-check';
import { type Hex, toHex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterEach, expect, test } from 'vitest';
import { seal } from '../../../protocol/seal.ts';
import { secretOfStartCode, startCodeOf } from '../../../protocol/startCode.ts';
import { agentFixture, REF } from '../support/agent-fixture.ts';
import { bookOn, startEnvelopeOf } from '../support/booked.ts';
import { readableLog } from '../support/readable-log.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const thrownBy = (call: () => unknown): string | undefined => {
  try {
    call();
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test('a start code is the secret, in any case and grouping, and nothing else is', () => {
  const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toHex(bytes));
  fc.assert(
    fc.property(secrets, (secret: Hex) => {
      const code = startCodeOf(secret);
      expect(secretOfStartCode(code)).toBe(secret);
      expect(secretOfStartCode(` ${code.toLowerCase().replaceAll(' ', '-')}\n`)).toBe(secret);
      expect(secretOfStartCode(code.slice(0, -1))).toBeUndefined();
      expect(secretOfStartCode(`${code}A`)).toBeUndefined();
      expect(secretOfStartCode(code.replace(/.$/, '7'))).toBeUndefined();
    }),
    { seed: 20_261_122, numRuns: 200 },
  );
  expect(secretOfStartCode('0'.repeat(52))).toBeUndefined();
});

test('the start code typed beside the wallbox starts the charge of a driver whose phone is dead', async () => {
  const { log, lines } = readableLog();
  const { agent, chargePoint } = await agentFixture(scope, {
    answers: { RemoteStartTransaction: { status: 'Accepted' } },
    log,
  });
  const { bookingId, secret } = bookOn(agent);
  expect(agent.starts.byCode(startCodeOf(secret).toLowerCase())).toBe(bookingId);
  const { idTag } = await chargePoint.wasAsked('RemoteStartTransaction');
  expect((await chargePoint.start(String(idTag), 0)).status).toBe('Accepted');
  expect(agent.sessions.get(bookingId)?.phase).toBe('CHARGING');
  expect(agent.starts.byCode(startCodeOf(secret))).toBe(bookingId);
  // The log says what happened, and neither secret nor code.
  const logged = JSON.stringify(lines).toUpperCase();
  expect(logged).toContain(bookingId.toUpperCase());
  for (const text of [secret.slice(2), startCodeOf(secret), startCodeOf(secret).replaceAll(' ', '')]) {
    expect(logged).not.toContain(text.toUpperCase());
  }
});

test('start codes cannot be guessed, and a wrong one harms nobody', async () => {
  const { agent, skip } = await agentFixture(scope);
  const { secret } = bookOn(agent);
  const wrong = startCodeOf(`0x${'42'.repeat(32)}`);
  for (const code of [wrong, 'ABCD', '', wrong, wrong]) {
    expect(thrownBy(() => agent.starts.byCode(code))).toBe('start.unknownCode');
  }
  expect(thrownBy(() => agent.starts.byCode(startCodeOf(secret)))).toBe('start.tooManyTries');
  skip(60);
  expect(thrownBy(() => agent.starts.byCode(startCodeOf(secret)))).toBeUndefined();
});

test('a start over the link is good with this booking’s secret and session key alone, sealed to this agent', async () => {
  const { agent } = await agentFixture(scope);
  const booked = bookOn(agent);
  const { bookingId, fact } = booked;
  const stranger = privateKeyToAccount(generatePrivateKey());
  const session = agent.sessions.get(bookingId)!;
  const codeOf = async (envelope: Hex) =>
    agent.starts.byEnvelope(REF, session, fact, envelope).then(
      () => undefined,
      ({ code }: { code: string }) => code,
    );
  const with_ = (change: object) => startEnvelopeOf(agent, { ...booked, ...change });
  expect(await codeOf('0x00')).toBe('start.envelope');
  expect(await codeOf(seal(stranger.publicKey, '{}'))).toBe('start.envelope');
  expect(await codeOf(await with_({ secret: generatePrivateKey() }))).toBe('start.secret');
  expect(await codeOf(await with_({ bookingId: `0x${'42'.repeat(32)}` }))).toBe('start.secret');
  expect(await codeOf(await with_({ sessionKey: stranger }))).toBe('signature.notSessionKey');
  expect(agent.sessions.get(bookingId)?.phase).toBe('BOOKED');
  expect(await codeOf(await with_({}))).toBeUndefined();
});

test('a start code of a session that is over says so', async () => {
  const { agent, nowSec, chargePoint } = await agentFixture(scope, { plan: { chargePointId: 'ELSEWHERE' } });
  const { bookingId, secret } = bookOn(agent);
  await chargePoint.status('Preparing');
  agent.starts.byCode(startCodeOf(secret));
  agent.sessions.apply(bookingId, { type: 'stopAsked', at: nowSec() });
  expect(agent.sessions.get(bookingId)?.phase).toBe('FINAL');
  expect(thrownBy(() => agent.starts.byCode(startCodeOf(secret)))).toBe('start.over');
});

test('a start code is good in its slot only', async () => {
  const { agent } = await agentFixture(scope);
  const { secret, fact } = bookOn(agent, { firstSlot: Math.floor(Date.now() / 900_000) + 8 });
  expect(fact.ended).toBeNull();
  expect(thrownBy(() => agent.starts.byCode(startCodeOf(secret)))).toBe('start.tooEarly');
});
