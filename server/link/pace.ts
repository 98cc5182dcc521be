import { createTokenBucket, type Pace } from '../http/token-bucket.ts';

/** An agent reports each 30 s and at every change, of up to 64 connectors; after an outage much at once. */
const LISTED: Pace = { burst: 1_000, perSec: 20 };

/** What anybody may send who has made up a key: an agent that waits to be listed needs no more. */
const UNLISTED: Pace = { burst: 100, perSec: 1 };

/** Whether one more message of a connection is accepted. */
export type LinkPace = () => Promise<boolean>;

/** The database is asked for the key only once a connection sends more than anybody may. */
export function createLinkPace(isListed: () => Promise<boolean>): LinkPace {
  const ofAnybody = createTokenBucket(UNLISTED);
  const ofListed = createTokenBucket(LISTED);
  let isKnown = false;
  return async () => {
    if (ofAnybody()) return true;
    isKnown ||= await isListed();
    return isKnown && ofListed();
  };
}
