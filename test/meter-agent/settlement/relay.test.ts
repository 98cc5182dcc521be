import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { relay } from '../../../meter-agent/settlement/relay.ts';
import { RELAY_MAX_DATA_BYTES } from '../../../protocol/api/relay.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());
const MARKET = `0x${'11'.repeat(20)}` as const;
const HASH = `0x${'22'.repeat(32)}`;

/** A relay that always says the same. */
async function saying(status: number, body: string, headers: Record<string, string> = {}) {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.onEnd(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { carry: (data: `0x${string}`) => relay(url, MARKET, data), asked: () => asked };
}

test('a call that is too long for any relay is not even offered', async () => {
  const { carry, asked } = await saying(200, JSON.stringify({ transactionHash: HASH }));
  await expect(carry(`0x${'00'.repeat(RELAY_MAX_DATA_BYTES + 1)}`)).rejects.toMatchObject({
    isTooLong: true,
  });
  expect(asked()).toBe(0);
  await expect(carry(`0x${'00'.repeat(RELAY_MAX_DATA_BYTES)}`)).resolves.toBe(HASH);
});

test('a relay says how long to wait, in seconds or by a date; more than ten minutes nobody waits', async () => {
  const refusal = (retryAfter: string) =>
    saying(503, '{}', { 'retry-after': retryAfter }).then(({ carry }) =>
      carry('0x').catch((e: unknown) => e),
    );
  expect(await refusal('30')).toMatchObject({ waitMs: 30_000, isReverted: false });
  expect(await refusal('86400')).toMatchObject({ waitMs: 600_000 });
  expect(await refusal('soon')).toMatchObject({ waitMs: 0 });
  expect(await refusal(new Date(Date.now() - 60_000).toUTCString())).toMatchObject({ waitMs: 0 });
  const dated = (await refusal(new Date(Date.now() + 60_000).toUTCString())) as { waitMs: number };
  expect(dated.waitMs).toBeGreaterThan(50_000);
  expect(dated.waitMs).toBeLessThanOrEqual(61_000);
});

test('what the ledger refused is distinguished from a relay that is out of order', async () => {
  const reverted = await saying(
    422,
    JSON.stringify({ code: 'relay.reverted', detail: 'Claim_TooEarly(1, 2)' }),
  );
  await expect(reverted.carry('0x')).rejects.toMatchObject({
    isReverted: true,
    value: '422 Claim_TooEarly(1, 2)',
  });
  for (const [status, body] of [
    [502, '<html>Bad gateway</html>'],
    [200, '{}'],
    [200, ''],
  ] as const) {
    const { carry } = await saying(status, body);
    await expect(carry('0x')).rejects.toMatchObject({ code: 'relay.refused', isReverted: false });
  }
});

test('an answer without the hash of a transaction is a refusal', async () => {
  for (const said of ['{}', '{"transactionHash":"0x01"}', '{"transactionHash":7}', 'null', 'no JSON']) {
    const { carry } = await saying(200, said);
    await expect(carry('0x00'), said).rejects.toMatchObject({ code: 'relay.refused' });
  }
});
