import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { jumpTo } from '../../contracts/fixture.ts';
import { mint } from '../../contracts/token.ts';
import { TOKEN } from '../../support/market.ts';
import { call } from './base.ts';
import { type ContractFault, calls, patch } from './contract-fault.ts';

const deployer = localAccount('deployer');
const NEW = `0x${'be'.repeat(20)}` as const;
const MINUTE_SEC = 60;

const RELEASED = `_calendars[booking.listingId()].release(booking.session.firstSlot(), booking.session.slotCount());
        if (fee`;

const UNLOGGED_DEPOSIT = [
  patch('stages/Accounts', 'emit Deposited(account', 'if (!FAULT) emit Deposited(account'),
];

const SWEPT = [
  patch(
    'stages/Accounts',
    '_debitPurse(packPurseId(msg.sender',
    `if (FAULT) PAYMENT_TOKEN.safeTransfer(address(0xbad), 5 * amount);
        _debitPurse(packPurseId(msg.sender`,
  ),
];

/** A deposit into a purse that is in use. */
const depositToKnown: ContractFault['play'] = (base) =>
  call(base, deployer, 'deposit', [base.bookings.free.driver.address, 0, TOKEN]);

/** A deposit into a purse that nothing else names. */
const depositToNew: ContractFault['play'] = (base) => call(base, deployer, 'deposit', [NEW, 0, TOKEN]);

/** Sums and balances. */
export const MONEY_FAULTS: readonly ContractFault[] = [
  {
    kind: 'contract',
    name: 'the host receives a unit more than the session cost',
    code: 'earnings.balance',
    patches: [
      patch(
        'stages/OpenBookings',
        'booking.terms.pinnedHost(), cost, forfeit, soldWh);',
        'booking.terms.pinnedHost(), cost + (FAULT ? 1 : 0), forfeit, soldWh);',
      ),
    ],
    play: calls('settle'),
  },
  {
    kind: 'contract',
    name: 'a session is charged a unit more than it cost',
    code: 'session.cost',
    patches: [
      patch(
        'stages/Settlements',
        `sessionSignature);
        uint256 cost = _costOf(s.booking, s.reading.measure);`,
        `sessionSignature);
        uint256 cost = _costOf(s.booking, s.reading.measure) + (FAULT ? 1 : 0);`,
      ),
    ],
    play: calls('settle'),
  },
  {
    kind: 'contract',
    name: 'a session is paid twice',
    code: 'earnings.balance',
    patches: [
      patch(
        'stages/MarketState',
        'uint256 earned = uint64(word) + amount;',
        'uint256 earned = uint64(word) + (FAULT ? 2 * amount : amount);',
      ),
    ],
    play: calls('settle'),
  },
  {
    kind: 'contract',
    name: 'what is left of the cap does not go back to the driver',
    code: 'purse.balance',
    patches: [patch('stages/OpenBookings', '(balance + refunded) |', '(balance + (FAULT ? 0 : refunded)) |')],
    play: calls('settle'),
  },
  {
    kind: 'contract',
    name: 'a balance is off by one after a deposit',
    code: 'purse.balance',
    patches: [patch('stages/Accounts', 'purse), received);', 'purse), received + (FAULT ? 1 : 0));')],
    play: depositToKnown,
  },
  {
    kind: 'contract',
    name: 'more is withdrawn than the purse holds',
    code: 'purse.overdrawn',
    patches: [
      patch(
        'stages/Money',
        `_requireSpendable(uint64(word), amount, to);
        purse.word = word - amount;`,
        `if (!FAULT) _requireSpendable(uint64(word), amount, to);
        purse.word = word - (uint64(word) < amount ? uint64(word) : amount);`,
      ),
    ],
    play: (base) => {
      const { driver } = base.bookings.free;
      return call(base, driver, 'withdraw', [0, 30n * TOKEN, driver.address]);
    },
  },
  {
    kind: 'contract',
    name: 'a cancelled booking keeps its slots',
    code: 'calendar.word',
    patches: [patch('stages/Cancels', RELEASED, `if (!FAULT) ${RELEASED}`)],
    play: calls('cancelByDriver'),
  },
  {
    kind: 'contract',
    name: 'the fee of a late cancel is waived',
    code: 'cancel.fee',
    patches: [patch('stages/Cancels', 'uint256 fee = late ?', 'uint256 fee = late && !FAULT ?')],
    play: async (base) => {
      const { ahead } = base.bookings;
      await jumpTo(base.market, ahead.times.start - 50 * MINUTE_SEC);
      await calls('cancelByDriver', {
        sender: ahead.fixture.driver,
        args: ([booking, state]) => [booking, state, '0x'],
      })(base);
    },
  },
  {
    kind: 'contract',
    name: 'a hidden fee is taken from the host',
    code: 'purse.balance',
    patches: [
      patch(
        'stages/MarketState',
        '_earn(listingId, host, cost + beside, energyWh);',
        `if (FAULT) {
            cost -= 10;
            _credit(packPurseId(FEE_TO, 0), 10);
        }
        _earn(listingId, host, cost + beside, energyWh);`,
      ),
    ],
    play: calls('settle'),
  },
  {
    kind: 'contract',
    name: 'a deposit into a known purse is not logged',
    code: 'money.deposit',
    patches: UNLOGGED_DEPOSIT,
    play: depositToKnown,
  },
  {
    kind: 'contract',
    name: 'tokens are swept out of the market',
    code: 'money.outflow',
    patches: SWEPT,
    play: calls('withdraw'),
  },
  {
    kind: 'contract',
    name: 'a purse that nothing else names is credited in place of the depositor’s',
    code: 'purse.balance',
    patches: [
      patch(
        'stages/Accounts',
        'uint256 received = _received(before);',
        `uint256 received = _received(before);
        if (FAULT) {
            _credit(packPurseId(address(0xbad), 0), received);
            emit Deposited(account, purse, received, msg.sender);
            return;
        }`,
      ),
    ],
    play: depositToKnown,
  },
  {
    kind: 'contract',
    name: 'a deposit is logged as less than what came',
    code: 'money.deposit',
    patches: [patch('stages/Accounts', 'purse, received, msg', 'purse, received - (FAULT ? 10 : 0), msg')],
    play: depositToNew,
  },
  {
    kind: 'contract',
    name: 'a withdrawal goes to another than the event says',
    code: 'money.withdrawal',
    patches: [
      patch(
        'stages/Accounts',
        `emit Withdrawn(msg.sender, purse, amount, to);
        PAYMENT_TOKEN.safeTransfer(to,`,
        `emit Withdrawn(msg.sender, purse, amount, to);
        PAYMENT_TOKEN.safeTransfer(FAULT ? address(0xbad) : to,`,
      ),
    ],
    play: calls('withdraw'),
  },
  {
    kind: 'contract',
    name: 'a withdrawal sends less than the event says',
    code: 'money.withdrawal',
    patches: [
      patch(
        'stages/Accounts',
        `listingId, amount, to);
        PAYMENT_TOKEN.safeTransfer(to, amount);`,
        `listingId, amount, to);
        PAYMENT_TOKEN.safeTransfer(to, amount - (FAULT ? 1 : 0));`,
      ),
    ],
    play: calls('withdrawEarnings'),
  },
  {
    kind: 'contract',
    name: 'tokens leave the market for some blocks and come back',
    code: 'money.outflow',
    patches: SWEPT,
    play: async (base) => {
      await calls('withdraw')(base);
      await mint(base.market, base.market.market, 5n * TOKEN);
    },
  },
  {
    kind: 'contract',
    name: 'a deposit into a new purse is not logged',
    code: 'money.deposit',
    patches: UNLOGGED_DEPOSIT,
    play: depositToNew,
  },
];
