import { accounts } from './accounts.ts';
import { bookings } from './bookings.ts';
import { chargers } from './chargers.ts';
import { charging } from './charging.ts';
import { erasure } from './erasure.ts';
import { evidence } from './evidence.ts';
import { faults } from './faultReports.ts';
import { ocpiOperations } from './ocpi.ts';
import type { Operation } from './operation.ts';
import { profiles } from './profiles.ts';
import { ratings } from './ratings.ts';
import { local, relay } from './relay.ts';
import { messages } from './sealedMessages.ts';
import { statistics } from './statistics.ts';
import { status } from './status.ts';
import { subscriptions } from './subscriptions.ts';
import { tiles } from './tiles.ts';
import { vaults } from './vaults.ts';

/** All operations of the API. A file of operations is for one part of the product. */
const ROOMS: Readonly<Record<string, Operation>>[] = [
  status,
  chargers,
  tiles,
  bookings,
  charging,
  accounts,
  relay,
  local,
  profiles,
  ratings,
  faults,
  evidence,
  messages,
  vaults,
  erasure,
  statistics,
  ocpiOperations,
  subscriptions,
];

export const OPERATIONS: readonly Operation[] = ROOMS.flatMap((room) => Object.values(room));
