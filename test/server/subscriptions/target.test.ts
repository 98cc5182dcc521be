import fc from 'fast-check';
import { expect, test } from 'vitest';
import { webhookHeaders } from '../../../server/subscriptions/sign-webhook.ts';
import { checkEndpoint, isPublicAddress } from '../../../server/subscriptions/target.ts';

test.each([
  '127.0.0.1',
  '127.9.9.9',
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::7f00:1',
  'fe80::1',
  'fc00::1',
  'fd12::1',
  'ff02::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  'no address',
])('%s is no public address', (ip) => expect(isPublicAddress(ip)).toBe(false));

test.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])(
  '%s is public',
  (ip) => expect(isPublicAddress(ip)).toBe(true),
);

/** The registries again, as numbers. */
const inRange = (value: number, net: string, bits: number): boolean => {
  const base = net.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return Math.floor(value / 2 ** (32 - bits)) === Math.floor(base / 2 ** (32 - bits));
};

test('any IPv4 address of a private network, however a URL writes it, is refused as an endpoint', () => {
  const nets = [
    ['10.0.0.0', 8],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
  ] as const;
  const anyOf = fc.tuple(fc.constantFrom(...nets), fc.nat(2 ** 32 - 1)).map(([[net, bits], random]) => {
    const base = net.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    return base + (random % 2 ** (32 - bits));
  });
  const written = (value: number) => {
    const bytes = [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256);
    const [a, b, ...low] = bytes as [number, number, number, number];
    const hex = (n: number) => n.toString(16);
    return [
      bytes.join('.'),
      String(value),
      `0x${hex(value)}`,
      bytes.map((byte) => `0${byte.toString(8)}`).join('.'),
      `${a}.${b}.${low[0] * 256 + low[1]}`,
      `[::ffff:${bytes.join('.')}]`,
    ];
  };
  fc.assert(
    fc.property(anyOf, (value) => {
      expect(nets.some(([net, bits]) => inRange(value, net, bits))).toBe(true);
      for (const host of written(value))
        expect(() => checkEndpoint(`https://${host}/hook`, 'WEBHOOK', [])).toThrow(
          /https URL of a public host/,
        );
    }),
    { numRuns: 200 },
  );
});

test.each([
  ['http', 'http://hooks.example/a'],
  ['another protocol', 'ftp://hooks.example/a'],
  ['a file', 'file:///etc/passwd'],
  ['a login', 'https://user:password@hooks.example/a'],
  ['a fragment', 'https://hooks.example/a#b'],
  ['an odd port', 'https://hooks.example:22/a'],
  ['no URL', 'hooks.example'],
])('an endpoint with %s is refused', (_what, url) => {
  expect(() => checkEndpoint(url, 'WEBHOOK', [])).toThrow(
    expect.objectContaining({ code: 'endpoint.refused' }),
  );
});

test('web push goes to the push services of the browsers alone', () => {
  const push = (url: string) => checkEndpoint(url, 'PUSH', []).hostname;
  expect(push('https://fcm.googleapis.com/fcm/send/abc')).toBe('fcm.googleapis.com');
  expect(push('https://updates.push.services.mozilla.com/wpush/v2/abc')).toContain('mozilla');
  expect(push('https://web.push.apple.com/abc')).toBe('web.push.apple.com');
  expect(push('https://db5p.notify.windows.com/w/?token=a')).toContain('windows');
  for (const host of ['hooks.example', 'fcm.googleapis.com.evil.example', 'push.apple.com.evil.example'])
    expect(() => push(`https://${host}/a`)).toThrow();
});

test('a host that the operator allows may be private and without https, at that port alone', () => {
  const allowed = ['192.168.1.5:8123'];
  expect(checkEndpoint('http://192.168.1.5:8123/a', 'WEBHOOK', allowed).port).toBe('8123');
  for (const url of ['http://192.168.1.5/a', 'http://192.168.1.6:8123/a', 'http://u@192.168.1.5:8123/a'])
    expect(() => checkEndpoint(url, 'WEBHOOK', allowed)).toThrow();
});

test('a webhook is signed as the example of Standard Webhooks', () => {
  const headers = webhookHeaders(
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    1_614_265_330,
    '{"test": 2432232314}',
  );
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});
