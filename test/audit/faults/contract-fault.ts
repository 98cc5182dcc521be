import type { LocalAccount } from 'viem';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { anyone, newKey } from '../../contracts/fixture.ts';

import { argsOf, type Base, call, sampleOf } from './base.ts';
import type { Patch } from './contract-copy.ts';

/** A fault of the contract: what the copy does otherwise, and the calls that show it. */
export interface ContractFault {
  kind: 'contract' | 'authority';
  name: string;
  /** What the audit must say first; other words for the same cause may follow. */
  code: string;
  patches: readonly Patch[];
  play: (base: Base) => Promise<void>;
}

/** How a call of a kind differs from the honest one. */
interface Change {
  /** Of several samples of the kind, which; the first one unless said. */
  index?: number;
  /** Who signs in place of the right ones, in their order. */
  signers?: readonly (LocalAccount | undefined)[];
  sender?: LocalAccount;
  args?: (args: readonly unknown[]) => readonly unknown[];
}

/** A call as in the samples, changed. */
export const calls =
  (name: string, { index = 0, signers = [], sender, args = (same) => same }: Change = {}) =>
  async (base: Base): Promise<void> => {
    const sample = sampleOf(base, name, index);
    const from = sender ?? keyOf(base, sample.sender);
    await call(base, from, name, args(await argsOf(base, sample, signers)));
  };

/** Who has no right to anything. */
export const stranger = newKey();

function keyOf({ bookings }: Base, address: string): LocalAccount {
  const known = [anyone, localAccount('host'), localAccount('deployer'), bookings.free.driver];
  const key = known.find((one) => one.address === address);
  if (key === undefined) throw new Error(`There is no key of ${address}.`);
  return key;
}

/** The only place of `text` in a file, followed or preceded by other text. */
export const patch = (file: string, from: string, to: string): Patch => ({ file, from, to });
