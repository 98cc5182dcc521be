import { networkInterfaces } from 'node:os';
import { say } from './speech.ts';

/** The addresses under which a wallbox reaches this machine when the agent listens on `host`; its id is added to them. */
export function dialAddresses(
  host: string,
  port: number,
  isTls: boolean,
  own = networkInterfaces(),
): string[] {
  const scheme = isTls ? 'wss' : 'ws';
  const isAny = host === '0.0.0.0' || host === '::';
  const hosts = isAny ? lanHosts(own, host === '::') : [host.includes(':') ? `[${host}]` : host];
  return hosts.map((name) => `${scheme}://${name}:${port}/`);
}

/** The same as a part of a sentence. */
export const dialWords = (host: string, port: number, isTls: boolean): string =>
  dialAddresses(host, port, isTls).reduce((one, other) => say('cli.or', { one, other }));

function lanHosts(own: ReturnType<typeof networkInterfaces>, withIpv6: boolean): string[] {
  const outer = Object.values(own).flatMap((of) => of?.filter(({ internal }) => !internal) ?? []);
  const ipv4 = outer.filter(({ family }) => family === 'IPv4').map(({ address }) => address);
  // A link-local address is useless without the name of an interface, which a wallbox does not know.
  const ipv6 = outer.filter(({ family, address }) => family === 'IPv6' && !address.startsWith('fe80'));
  const hosts = [...ipv4, ...(withIpv6 ? ipv6.map(({ address }) => `[${address}]`) : [])];
  return hosts.length > 0 ? hosts : ['127.0.0.1'];
}
