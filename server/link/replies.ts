import type { Bounds } from '../http/bounds.ts';
import type { Limit } from '../http/limits.ts';
import { HttpProblem } from '../http/problem.ts';

export const agentOffline = (): HttpProblem =>
  new HttpProblem(503, {
    code: 'agent.offline',
    rule: 'The meter agent of this charger must be connected to the server.',
    remedy:
      'Try again in a minute. If it stays offline, contact the host. Your money is refunded if nobody reports a charge.',
    retry: 'later',
  });

export const agentBusy = (perAgent: number): HttpProblem =>
  new HttpProblem(503, {
    code: 'agent.busy',
    rule: `At most ${perAgent} requests may wait for the reply of one meter agent.`,
    remedy: 'Try again in some seconds.',
    retry: 'later',
  });

export const agentTimeout = (timeoutMs: number): HttpProblem =>
  new HttpProblem(504, {
    code: 'agent.timeout',
    rule: `The meter agent must answer within ${timeoutMs / 1_000} s.`,
    remedy:
      'Check the live state of the booking before you try again: the agent may have carried out the request.',
    retry: 'later',
  });

export const agentRefused = ({ code, detail }: { code: string; detail: string }): HttpProblem =>
  new HttpProblem(409, {
    code,
    rule: detail,
    remedy: 'The meter agent refused the request for this reason. Resolve it, then try again.',
  });

export const tooManyDials = ({ count, windowSec }: Limit): HttpProblem =>
  new HttpProblem(429, {
    code: 'link.tooManyDials',
    rule: `One IP address may connect ${count} times in ${windowSec} s.`,
    remedy: 'Connect again with growing pauses.',
    retry: 'later',
  });

export const tooManyLinks = ({
  links,
  linksPerAddress,
}: Pick<Bounds, 'links' | 'linksPerAddress'>): HttpProblem =>
  new HttpProblem(429, {
    code: 'link.tooMany',
    rule: `A process has at most ${links} connections of agents, and ${linksPerAddress} of one IP address.`,
    remedy: 'Close unused connections. Behind a proxy, TRUST_PROXY_HOPS must be set.',
    retry: 'later',
  });
