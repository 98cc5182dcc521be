import type { Address } from 'viem';
import { audit } from '../../../audit/command.ts';
import { auditFloor } from './floor.ts';

/** What a run in a process of its own used. */
export interface Run {
  code: number;
  wallMs: number;
  cpuMs: number;
  peakMb: number;
}

async function work([what, ...args]: string[]): Promise<number> {
  if (what === 'audit') return audit(args);
  const [rpcUrl = '', chainId, market] = args;
  const sessions = await auditFloor(rpcUrl, { chainId: Number(chainId), market: market as Address });
  return sessions === 0 ? 1 : 0;
}

const began = performance.now();
const before = process.cpuUsage();
const code = await work(process.argv.slice(2));
const { user, system } = process.cpuUsage(before);
const run: Run = {
  code,
  wallMs: performance.now() - began,
  cpuMs: (user + system) / 1_000,
  peakMb: process.resourceUsage().maxRSS / 1_024,
};
process.send?.(run);
