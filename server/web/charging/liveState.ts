import type { ReadingJson, SessionJson } from '../../../protocol/api.ts';
import type { PlugpactError } from '../../../protocol/errors.ts';
import type { Notice } from '../../../protocol/notices.ts';

/** The live state of a session, as the page shows it. */
export interface LiveState {
  connected: boolean;
  problem: Error | undefined;
  session: SessionJson | undefined;
  /** The newest reading, co-signed or not. */
  reading: ReadingJson | undefined;
  /** Notices for the driver, newest first. */
  notices: Notice[] | undefined;
  /** Why the newest reading was not co-signed. */
  refusal: PlugpactError | undefined;
  /** Why the newest co-signature has not reached the agent yet; it is sent again. */
  unsent: Error | undefined;
}

export const NOT_LIVE: LiveState = {
  connected: false,
  problem: undefined,
  session: undefined,
  reading: undefined,
  notices: undefined,
  refusal: undefined,
  unsent: undefined,
};
