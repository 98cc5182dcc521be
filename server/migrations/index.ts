import { up as index } from './0001-index.ts';
import { up as live } from './0002-live.ts';
import { up as notices } from './0003-notices.ts';
import { up as handovers } from './0004-handovers.ts';
import { up as health } from './0005-health.ts';
import { up as tiers } from './0006-tiers.ts';
import { up as sessions } from './0007-sessions.ts';
import { up as noticesAsData } from './0008-notices-as-data.ts';
import { up as allowances } from './0009-allowances.ts';

/** All migrations in order. Never change a released migration: add a new one. */
export const migrations = {
  '0001-index': { up: index },
  '0002-live': { up: live },
  '0003-notices': { up: notices },
  '0004-handovers': { up: handovers },
  '0005-health': { up: health },
  '0006-tiers': { up: tiers },
  '0007-sessions': { up: sessions },
  '0008-notices-as-data': { up: noticesAsData },
  '0009-allowances': { up: allowances },
};
