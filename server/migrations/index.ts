import { up as index } from './0001-index.ts';
import { up as live } from './0002-live.ts';
import { up as notices } from './0003-notices.ts';
import { up as handovers } from './0004-handovers.ts';
import { up as health } from './0005-health.ts';
import { up as tiers } from './0006-tiers.ts';

/** All migrations in order. A migration that was released is never changed: add another. */
export const migrations = {
  '0001-index': { up: index },
  '0002-live': { up: live },
  '0003-notices': { up: notices },
  '0004-handovers': { up: handovers },
  '0005-health': { up: health },
  '0006-tiers': { up: tiers },
};
