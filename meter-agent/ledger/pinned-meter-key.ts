import { type Hex, keccak256 } from 'viem';
import type { Journal } from '../journal/journal.ts';

/** The meter key (x ‖ y) that this agent's listings pinned by this hash. */
export const pinnedMeterKey = (journal: Journal, meterKeyHash: Hex): Hex | undefined =>
  journal
    .listingVersions()
    .map(({ listing }) => listing.meterKey)
    .find((meterKey) => keccak256(meterKey) === meterKeyHash);
