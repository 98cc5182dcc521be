import { type LookupAddress, lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { HttpProblem } from '../http/problem.ts';

/** Addresses that are no public host (IANA's registries of special-purpose addresses). */
const SPECIAL_IPV4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
/** Within global unicast, 2000::/3: Teredo and other protocol assignments, documentation, 6to4. */
const SPECIAL_IPV6: readonly [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [net, bits] of SPECIAL_IPV4) special.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of SPECIAL_IPV6) special.addSubnet(net, bits, 'ipv6');
const globalIpv6 = new BlockList();
globalIpv6.addSubnet('2000::', 3, 'ipv6');

/** Whether an address is one of a public host: not of this computer, its network, or a special purpose. */
export function isPublicAddress(ip: string): boolean {
  if (isIP(ip) === 4) return !special.check(ip, 'ipv4');
  return isIP(ip) === 6 && globalIpv6.check(ip, 'ipv6') && !special.check(ip, 'ipv6');
}

const PORTS = ['', '443', '8443'];
/** The push services of the browsers: a browser names no other. */
const PUSH_SERVICES =
  /^(fcm\.googleapis\.com|updates\.push\.services\.mozilla\.com|([a-z0-9-]+\.)+push\.apple\.com|([a-z0-9-]+\.)+notify\.windows\.com)$/;

/**
 * An address that somebody gave to which this server shall send. Only https, no private host, no login, no odd port, except
 * where the operator allows this host and port; where a name leads is checked when it is dialled, each time.
 *
 * @throws HttpProblem 422 `endpoint.refused`.
 */
export function checkEndpoint(
  text: string,
  channel: 'WEBHOOK' | 'PUSH',
  allowedHosts: readonly string[],
): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '' || url.hash !== '') throw refused();
  if (allowedHosts.includes(url.host)) {
    if (!/^https?:$/.test(url.protocol)) throw refused();
    return url;
  }
  if (url.protocol !== 'https:' || !PORTS.includes(url.port)) throw refused();
  if (channel === 'PUSH' && !PUSH_SERVICES.test(url.hostname)) throw refused();
  // What is no name is never looked up.
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0 && !isPublicAddress(literal)) throw refused();
  return url;
}

/** Resolves a name, and fails where any of its addresses is not public: what was checked is what is dialled. */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
    if (error !== null) return callback(error, '');
    const [first] = found;
    if (first === undefined || !found.every(({ address }) => isPublicAddress(address)))
      return callback(new Error('The name leads to an address that is not public.'), '');
    if (options.all) callback(null, found);
    else callback(null, first.address, first.family);
  });
};

const refused = (): HttpProblem =>
  new HttpProblem(422, {
    code: 'endpoint.refused',
    rule: 'An endpoint is an https URL of a public host, at port 443 or 8443, without login or fragment; for web push, one of a browser’s push service.',
    remedy:
      'Use another address. The operator of this server may allow a private host by WEBHOOK_PRIVATE_HOSTS.',
  });
