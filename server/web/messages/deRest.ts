import accounts from './de/accounts.json' with { type: 'json' };
import audit from './de/audit.json' with { type: 'json' };
import booking from './de/booking.json' with { type: 'json' };
import charging from './de/charging.json' with { type: 'json' };
import demo from './de/demo.json' with { type: 'json' };
import errors from './de/errors.json' with { type: 'json' };
import history from './de/history.json' with { type: 'json' };
import listing from './de/listing.json' with { type: 'json' };
import settlement from './de/settlement.json' with { type: 'json' };
import vault from './de/vault.json' with { type: 'json' };

/** The messages of all that is opened later. */
export const messages = {
  ...accounts,
  ...audit,
  ...booking,
  ...charging,
  ...demo,
  ...errors,
  ...history,
  ...listing,
  ...settlement,
  ...vault,
};
