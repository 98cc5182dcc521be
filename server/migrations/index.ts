import { up as index } from './0001-index.ts';
import { up as live } from './0002-live.ts';
import { up as notices } from './0003-notices.ts';
import { up as handovers } from './0004-handovers.ts';
import { up as health } from './0005-health.ts';
import { up as tiers } from './0006-tiers.ts';
import { up as sessions } from './0007-sessions.ts';
import { up as noticesAsData } from './0008-notices-as-data.ts';
import { up as allowances } from './0009-allowances.ts';
import { up as currentVersions } from './0010-current-versions.ts';
import { up as reader } from './0010b-reader.ts';
import { up as lookups } from './0011-lookups.ts';
import { up as processes } from './0012-processes.ts';
import { up as map } from './0013-map.ts';
import { up as record } from './0014-record.ts';
import { up as foreign } from './0015-foreign.ts';
import { up as backFill } from './0016-back-fill.ts';
import { up as mapAnswers } from './0017-map-answers.ts';
import { up as idempotency } from './0020-idempotency.ts';
import { up as relay } from './0025-relay.ts';
import { up as signIns } from './0030-sign-ins.ts';
import { up as people } from './0031-people.ts';
import { up as evidence } from './0032-evidence.ts';
import { up as history } from './0033-history.ts';
import { up as subscriptions } from './0037-subscriptions.ts';
import { up as ocpi } from './0043-ocpi.ts';
import { up as deferredIndexes } from './0050-deferred-indexes.ts';
import { up as eventMarks } from './0056-event-marks.ts';
import { up as deliveriesInOrder } from './0057-deliveries-in-order.ts';
import { up as vat } from './0064-vat.ts';

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
  '0010-current-versions': { up: currentVersions },
  '0010b-reader': { up: reader },
  '0011-lookups': { up: lookups },
  '0012-processes': { up: processes },
  '0013-map': { up: map },
  '0014-record': { up: record },
  '0015-foreign': { up: foreign },
  '0016-back-fill': { up: backFill },
  '0017-map-answers': { up: mapAnswers },
  '0020-idempotency': { up: idempotency },
  '0025-relay': { up: relay },
  '0030-sign-ins': { up: signIns },
  '0031-people': { up: people },
  '0032-evidence': { up: evidence },
  '0033-history': { up: history },
  '0037-subscriptions': { up: subscriptions },
  '0043-ocpi': { up: ocpi },
  '0050-deferred-indexes': { up: deferredIndexes },
  '0056-event-marks': { up: eventMarks },
  '0057-deliveries-in-order': { up: deliveriesInOrder },
  '0064-vat': { up: vat },
};
