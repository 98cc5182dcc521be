import accounts from './de/accounts.json' with { type: 'json' };
import app from './de/app.json' with { type: 'json' };
import audit from './de/audit.json' with { type: 'json' };
import booking from './de/booking.json' with { type: 'json' };
import charging from './de/charging.json' with { type: 'json' };
import demo from './de/demo.json' with { type: 'json' };
import errors from './de/errors.json' with { type: 'json' };
import history from './de/history.json' with { type: 'json' };
import listing from './de/listing.json' with { type: 'json' };
import map from './de/map.json' with { type: 'json' };
import settlement from './de/settlement.json' with { type: 'json' };
import vault from './de/vault.json' with { type: 'json' };

/** The page's messages: a file for each room, ids beginning with its name. */
export const messages = {
  ...app,
  ...accounts,
  ...map,
  ...booking,
  ...charging,
  ...settlement,
  ...history,
  ...listing,
  ...audit,
  ...demo,
  ...errors,
  ...vault,
};
