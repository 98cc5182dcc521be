import accounts from './en/accounts.json' with { type: 'json' };
import audit from './en/audit.json' with { type: 'json' };
import booking from './en/booking.json' with { type: 'json' };
import charging from './en/charging.json' with { type: 'json' };
import demo from './en/demo.json' with { type: 'json' };
import errors from './en/errors.json' with { type: 'json' };
import history from './en/history.json' with { type: 'json' };
import listing from './en/listing.json' with { type: 'json' };
import settlement from './en/settlement.json' with { type: 'json' };
import vault from './en/vault.json' with { type: 'json' };

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
